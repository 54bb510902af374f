/** Keeps "5 min ago" true while the page stays open. */
class Time extends HTMLElement {
	static timer = 0;
	static all = new Set<Time>();

	connectedCallback(): void {
		Time.all.add(this);
		Time.timer ||= window.setInterval(() => Time.all.forEach((t) => t.draw()), 60_000);
	}

	disconnectedCallback(): void {
		Time.all.delete(this);
	}

	private draw(): void {
		const time = this.querySelector("time");
		if (!time) return;
		const minutes = Math.round((Date.now() - Date.parse(time.dateTime)) / 60_000);
		if (minutes < 1 || minutes >= 22 * 60) return; // older ones do not age within a visit
		const say = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: "short" });
		const words = minutes < 60 ? say.format(-minutes, "minute") : say.format(-Math.round(minutes / 60), "hour");
		time.textContent = document.documentElement.lang === "en" ? words.replace(".", "") : words;
	}
}

customElements.define("am-time", Time);
