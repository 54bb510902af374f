/**
 * Listens to the page's stream and offers to show what is new; nothing moves
 * under the reader's eyes. Events: "news" (count and HTML to insert, or none:
 * reload), "badge" (unread notifications).
 */
class Live extends HTMLElement {
	private source?: EventSource;
	private waiting: string[] = [];

	connectedCallback(): void {
		const from = this.getAttribute("src");
		if (!from) return;
		this.source = new EventSource(from);
		this.source.addEventListener("news", (e) => this.news((e as MessageEvent<string>).data));
		this.source.addEventListener("badge", (e) => this.badge((e as MessageEvent<string>).data));
		addEventListener("pagehide", () => this.source?.close(), { once: true });
	}

	disconnectedCallback(): void {
		this.source?.close();
	}

	private news(data: string): void {
		this.waiting.push(data);
		let bar = this.querySelector("button");
		if (!bar) {
			bar = Object.assign(document.createElement("button"), { type: "button", className: "btn primary small new-bar" });
			bar.addEventListener("click", () => this.show());
			this.append(bar);
		}
		bar.textContent = `${this.dataset.word ?? ""} (${this.waiting.length})`;
	}

	/** The markup comes from our own server, drawn by the same components. */
	private show(): void {
		const stream = document.querySelector("[data-stream]");
		const markup = this.waiting.reverse().join("");
		this.waiting = [];
		this.replaceChildren();
		if (!stream || !markup.includes("<article")) {
			location.reload();
			return;
		}
		stream.insertAdjacentHTML("afterbegin", markup);
		scrollTo({ top: 0 });
	}

	private badge(data: string): void {
		const count = Number(data);
		for (const link of document.querySelectorAll<HTMLElement>('.rail a[href="/notifications"], .bottom a[href="/notifications"]')) {
			let badge = link.querySelector(".badge");
			if (!count) {
				badge?.remove();
				continue;
			}
			if (!badge) {
				badge = Object.assign(document.createElement("span"), { className: "badge" });
				link.append(badge);
			}
			badge.textContent = String(count);
		}
	}
}

customElements.define("am-live", Live);
