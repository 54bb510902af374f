/** Keyboard shortcuts over streams: j k Enter l b r n / ? */
class Keys extends HTMLElement {
	connectedCallback(): void {
		document.addEventListener("keydown", (e) => this.pressed(e));
	}

	private pressed(event: KeyboardEvent): void {
		if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
		const target = event.target as HTMLElement;
		if (target.closest("input, textarea, select, [contenteditable], dialog, video, audio")) return;
		if (this.act(event.key)) event.preventDefault();
	}

	private act(key: string): boolean {
		switch (key) {
			case "j":
				return this.move(1);
			case "k":
				return this.move(-1);
			case "/":
				document.querySelector<HTMLInputElement>("#q")?.focus();
				return true;
			case "?":
				return this.help();
			case "n":
				if (this.dataset.signed === "true") location.assign("/write");
				return true;
			case "Enter":
				return document.activeElement === this.current() && this.open();
		}
		return this.press(key);
	}

	private current(): HTMLElement | null {
		return document.querySelector<HTMLElement>("[data-stream] > .card.current");
	}

	private move(step: number): boolean {
		const cards = [...document.querySelectorAll<HTMLElement>("[data-stream] > .card")];
		const now = this.current();
		const at = now ? cards.indexOf(now) + step : 0;
		const next = cards[Math.max(0, Math.min(cards.length - 1, at))];
		if (!next) return false;
		now?.classList.remove("current");
		next.classList.add("current");
		next.focus({ preventScroll: true });
		next.scrollIntoView({ block: "nearest" });
		return true;
	}

	private open(): boolean {
		const href = this.current()?.dataset.href;
		if (href) location.assign(href);
		return !!href;
	}

	private press(key: string): boolean {
		if (!/^[lbrs]$/.test(key)) return false;
		const button = this.current()?.querySelector<HTMLElement>(`[data-key="${key}"]`);
		button?.click();
		return !!button;
	}

	private help(): boolean {
		let dialog = this.querySelector("dialog");
		if (!dialog) {
			const template = this.querySelector("template");
			if (!template) return false;
			this.append(template.content.cloneNode(true));
			dialog = this.querySelector("dialog");
		}
		dialog?.showModal();
		return true;
	}
}

customElements.define("am-keys", Keys);
