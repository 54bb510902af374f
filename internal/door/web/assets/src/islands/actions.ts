import { post, problem, toast } from "./page";

interface Answer {
	on?: boolean;
	count?: number;
	html?: string;
}

/** Like, boost and save answer at once; a refusal takes the change back. What likes say is drawn by the server. */
class Actions extends HTMLElement {
	connectedCallback(): void {
		this.addEventListener("click", (event) => {
			const button = (event.target as Element).closest<HTMLButtonElement>("button[aria-pressed]");
			if (!button || button.disabled) return;
			event.preventDefault();
			void (button.dataset.emoji ? this.say(button) : this.toggle(button));
		});
		this.addEventListener("click", (event) => {
			const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-copy]");
			if (!link || !navigator.clipboard) return;
			event.preventDefault();
			void navigator.clipboard.writeText(link.href).then(() => toast(link.href));
			link.closest("details")?.removeAttribute("open");
		});
	}

	private async toggle(button: HTMLButtonElement): Promise<void> {
		if (button.dataset.busy) return;
		const was = button.getAttribute("aria-pressed") === "true";
		const before = button.querySelector(".n")?.textContent ?? "";
		button.dataset.busy = "1";
		// beside reactions the heart has no figure of its own
		const uncounted = button.matches(".save") || (button.matches(".like") && this.querySelector(".said") !== null);
		const shown = uncounted ? undefined : nextCount(before, was);
		this.draw(button, !was, shown);
		try {
			const answer = await post(button.formAction, was ? { undo: "1" } : {});
			if (!answer.ok) throw new Error(await problem(answer));
			const body = (await answer.json()) as Answer;
			if (body.on !== undefined) this.draw(button, body.on, undefined);
			if (this.querySelector(".said")) this.renew(body.html);
		} catch (fault) {
			this.draw(button, was, before);
			toast((fault as Error).message);
		} finally {
			delete button.dataset.busy;
		}
	}

	/** Sends a reaction, or takes it back, and shows what the server draws. */
	private async say(button: HTMLButtonElement): Promise<void> {
		if (button.dataset.busy) return;
		button.dataset.busy = "1";
		try {
			const answer = await post(button.formAction, { [button.name]: button.value });
			if (!answer.ok) throw new Error(await problem(answer));
			this.renew(((await answer.json()) as Answer).html);
		} catch (fault) {
			delete button.dataset.busy;
			toast((fault as Error).message);
		}
	}

	private renew(html: string | undefined): void {
		if (!html) return;
		const focused = this.contains(document.activeElement);
		this.innerHTML = html;
		if (focused) this.querySelector<HTMLElement>(".act.like")?.focus();
	}

	private draw(button: HTMLButtonElement, on: boolean, count: string | undefined): void {
		button.setAttribute("aria-pressed", String(on));
		button.classList.toggle("pop", on);
		// without script a press would now do the opposite; keep the form true
		if (on) {
			button.name = "undo";
			button.value = "1";
		} else {
			button.removeAttribute("name");
			button.removeAttribute("value");
		}
		const n = button.querySelector(".n");
		if (n && count !== undefined) n.textContent = count;
	}
}

/** One more or less, as long as the figure is written in full. */
function nextCount(text: string, was: boolean): string | undefined {
	const plain = text.trim();
	if (!/^\d{0,3}$/.test(plain)) return undefined;
	const n = Number(plain || "0") + (was ? -1 : 1);
	return n > 0 ? String(n) : "";
}

customElements.define("am-actions", Actions);
