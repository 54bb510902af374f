import { toast } from "./page";

/** A code that is wanted elsewhere; without a clipboard it can still be marked by hand. */
class Copy extends HTMLElement {
	connectedCallback(): void {
		const button = this.querySelector("button");
		if (!button || !navigator.clipboard) return;
		button.hidden = false;
		button.addEventListener("click", () => {
			navigator.clipboard.writeText(this.dataset.text ?? "").then(
				() => toast(this.dataset.done ?? ""),
				() => this.mark(),
			);
		});
	}

	/** Marks the code, where the browser forbids to copy. */
	private mark(): void {
		const code = this.querySelector("code");
		if (code) getSelection()?.selectAllChildren(code);
	}
}

customElements.define("am-copy", Copy);
