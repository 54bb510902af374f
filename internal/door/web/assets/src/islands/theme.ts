import { post } from "./page";

/** Switches the appearance at once and keeps the choice with the account. */
class Theme extends HTMLElement {
	connectedCallback(): void {
		this.draw();
		this.addEventListener("click", (event) => {
			const button = (event.target as Element).closest<HTMLButtonElement>("button[value]");
			if (!button) return;
			event.preventDefault();
			document.documentElement.dataset.theme = button.value;
			this.draw();
			void post(button.formAction, { theme: button.value });
		});
	}

	private draw(): void {
		const now = document.documentElement.dataset.theme ?? "auto";
		for (const button of this.querySelectorAll("button")) {
			button.setAttribute("aria-pressed", String(button.value === now));
		}
	}
}

customElements.define("am-theme", Theme);
