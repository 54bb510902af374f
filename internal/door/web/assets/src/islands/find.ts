import { icon } from "./page";

interface Suggestion {
	kind: "actor" | "object" | "tag";
	text: string;
	href: string;
}

const icons = { actor: "user", object: "file-text", tag: "tag" };

/** Offers people, pages and tags below the search box while somebody types. */
class Find extends HTMLElement {
	private input: HTMLInputElement | null = null;
	private list = document.createElement("div");
	private timer = 0;
	private asked = "";

	connectedCallback(): void {
		this.input = this.closest("form")?.querySelector("input[type=search]") ?? null;
		if (!this.input) return;
		this.list.className = "menu-list";
		this.list.id = `${this.input.id}-list`;
		this.list.hidden = true;
		this.list.setAttribute("role", "listbox");
		this.list.setAttribute("aria-label", this.dataset.label ?? "");
		this.append(this.list);
		for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", this.list.id], ["aria-expanded", "false"]] as const) {
			this.input.setAttribute(name, value);
		}
		this.input.addEventListener("input", () => this.later());
		this.input.addEventListener("keydown", (e) => this.pressed(e));
		this.input.addEventListener("blur", () => setTimeout(() => this.show([]), 150));
	}

	private later(): void {
		clearTimeout(this.timer);
		this.timer = window.setTimeout(() => void this.ask(), 150);
	}

	private async ask(): Promise<void> {
		const typed = this.input?.value.trim() ?? "";
		this.asked = typed;
		if (typed.length < 2) return this.show([]);
		const answer = await fetch(`/api/suggest?q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } });
		if (!answer.ok || this.asked !== typed) return;
		this.show((await answer.json()) as Suggestion[]);
	}

	private show(found: Suggestion[]): void {
		this.list.replaceChildren(...found.map((s, i) => this.line(s, i)));
		this.list.hidden = found.length === 0;
		this.input?.setAttribute("aria-expanded", String(found.length > 0));
		this.input?.removeAttribute("aria-activedescendant");
	}

	private line(s: Suggestion, i: number): HTMLElement {
		const a = document.createElement("a");
		a.href = s.href;
		a.id = `${this.list.id}-${i}`;
		a.tabIndex = -1;
		a.setAttribute("role", "option");
		a.setAttribute("aria-selected", "false");
		a.append(icon(icons[s.kind] ?? "search"), Object.assign(document.createElement("span"), { textContent: s.text }));
		return a;
	}

	private pressed(event: KeyboardEvent): void {
		const lines = [...this.list.querySelectorAll("a")];
		const now = lines.findIndex((a) => a.getAttribute("aria-selected") === "true");
		switch (event.key) {
			case "ArrowDown":
			case "ArrowUp": {
				if (lines.length === 0) return;
				const step = event.key === "ArrowDown" ? 1 : -1;
				this.choose(lines, (now + step + lines.length + (now < 0 && step < 0 ? 1 : 0)) % lines.length);
				break;
			}
			case "Enter":
				if (now < 0) return;
				location.assign(lines[now]?.href ?? "/search");
				break;
			case "Escape":
				if (this.list.hidden) return;
				this.show([]);
				break;
			default:
				return;
		}
		event.preventDefault();
	}

	private choose(lines: HTMLAnchorElement[], at: number): void {
		lines.forEach((a, i) => a.setAttribute("aria-selected", String(i === at)));
		const line = lines[at];
		if (line) this.input?.setAttribute("aria-activedescendant", line.id);
	}
}

customElements.define("am-find", Find);
