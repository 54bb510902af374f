import { icon } from "./page";

/** The viewer over the page: keys, swipe, caption. Links lead on without it. */
class Viewer {
	private dialog = document.createElement("dialog");
	private image = document.createElement("img");
	private caption = Object.assign(document.createElement("p"), { className: "caption" });
	private links: HTMLAnchorElement[] = [];
	private at = 0;
	private touch = 0;

	constructor() {
		this.dialog.className = "viewer";
		const bar = Object.assign(document.createElement("div"), { className: "bar" });
		bar.append(document.createElement("span"), this.button("x", "Escape", () => this.dialog.close()));
		const prev = this.button("chevron-left", "←", () => this.step(-1));
		const next = this.button("chevron-right", "→", () => this.step(1));
		prev.classList.add("prev");
		next.classList.add("next");
		this.dialog.append(this.image, bar, prev, next, this.caption);
		this.dialog.addEventListener("keydown", (e) => this.key(e));
		this.dialog.addEventListener("touchstart", (e) => (this.touch = e.touches.length === 1 ? (e.touches[0]?.clientX ?? 0) : 0), { passive: true });
		this.dialog.addEventListener("touchend", (e) => this.swipe(e.changedTouches[0]?.clientX ?? 0));
		document.body.append(this.dialog);
	}

	private button(name: string, word: string, act: () => void): HTMLButtonElement {
		const button = Object.assign(document.createElement("button"), { type: "button", className: "icon-btn", ariaLabel: word, title: word });
		button.append(icon(name));
		button.addEventListener("click", act);
		return button;
	}

	open(link: HTMLAnchorElement): void {
		this.links = [...(link.closest("[data-viewer]")?.querySelectorAll<HTMLAnchorElement>("a[data-full]") ?? [])];
		this.at = this.links.indexOf(link);
		this.draw();
		this.dialog.showModal();
	}

	private step(by: number): void {
		this.at = (this.at + by + this.links.length) % this.links.length;
		this.draw();
	}

	private draw(): void {
		const link = this.links[this.at];
		if (!link) return;
		const small = link.querySelector("img");
		this.image.src = link.dataset.full ?? link.href;
		this.image.alt = small?.alt ?? "";
		this.caption.textContent = link.parentElement?.querySelector(".label b")?.textContent ?? small?.alt ?? "";
		for (const b of this.dialog.querySelectorAll<HTMLElement>(".prev, .next")) b.hidden = this.links.length < 2;
	}

	private key(event: KeyboardEvent): void {
		if (event.key === "ArrowRight" || event.key === "j") this.step(1);
		else if (event.key === "ArrowLeft" || event.key === "k") this.step(-1);
		else if (event.key === "Enter") location.assign(this.links[this.at]?.href ?? "");
	}

	private swipe(x: number): void {
		if (!this.touch || (window.visualViewport?.scale ?? 1) > 1.05) return;
		if (Math.abs(x - this.touch) > 60) this.step(x < this.touch ? 1 : -1);
		this.touch = 0;
	}
}

export function startViewer(): void {
	let viewer: Viewer | undefined;
	document.addEventListener("click", (event) => {
		const link = (event.target as Element).closest<HTMLAnchorElement>("[data-viewer] a[data-full]");
		if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
		event.preventDefault();
		viewer ??= new Viewer();
		viewer.open(link);
	});
}
