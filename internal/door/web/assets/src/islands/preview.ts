import { post } from "./page";

/** Shows the text as readers will see it, a moment after typing stops. */
class Preview extends HTMLElement {
	private timer = 0;
	private box?: HTMLElement;

	connectedCallback(): void {
		const text = this.querySelector("textarea");
		if (!text || !this.dataset.to) return;
		text.addEventListener("input", () => {
			clearTimeout(this.timer);
			this.timer = window.setTimeout(() => void this.draw(text.value), 700);
		});
	}

	private async draw(text: string): Promise<void> {
		const answer = await post(this.dataset.to ?? "", { text }).catch(() => null);
		if (!answer?.ok) return;
		const { html } = (await answer.json()) as { html: string };
		this.place().innerHTML = html; // sanitised by the server, as on the page itself
	}

	private place(): HTMLElement {
		if (this.box) return this.box;
		const known = document.querySelector<HTMLElement>("#preview .reading");
		if (known) return (this.box = known);
		const frame = Object.assign(document.createElement("section"), { className: "preview", id: "preview", ariaLabel: this.dataset.word ?? "" });
		this.box = Object.assign(document.createElement("div"), { className: "reading" });
		frame.append(this.box);
		this.after(frame);
		return this.box;
	}
}

customElements.define("am-preview", Preview);
