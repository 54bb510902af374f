import { toast } from "./page";
import { upload, type Words } from "./upload";

/** The composer: counts, takes files by drop and paste, keeps a draft. */
class Composer extends HTMLElement {
	private form!: HTMLFormElement;
	private text!: HTMLTextAreaElement;
	private words!: Words;
	private uploads = 0;
	private timer = 0;
	private reminded = false;

	connectedCallback(): void {
		const form = this.querySelector("form");
		const text = this.querySelector<HTMLTextAreaElement>("textarea.text");
		if (!form || !text) return;
		this.form = form;
		this.text = text;
		this.words = JSON.parse(this.dataset.words ?? "{}") as Words;
		text.addEventListener("input", () => this.typed());
		text.addEventListener("keydown", (e) => this.submitByKey(e));
		text.addEventListener("paste", (e) => this.take(e.clipboardData?.files, e));
		form.addEventListener("dragover", (e) => this.hover(e, true));
		form.addEventListener("dragleave", (e) => this.hover(e, false));
		form.addEventListener("drop", (e) => {
			this.hover(e, false);
			this.take(e.dataTransfer?.files, e);
		});
		const files = this.querySelector<HTMLInputElement>("input[data-files]");
		files?.addEventListener("change", () => {
			this.take(files.files);
			files.value = "";
		});
		this.addEventListener("click", (e) => this.detach(e));
		form.addEventListener("submit", (e) => this.remind(e));
		this.typed(false);
	}

	private typed(save = true): void {
		this.text.style.height = "auto";
		this.text.style.height = `${Math.min(this.text.scrollHeight + 2, innerHeight * 0.6)}px`;
		const max = Number(this.dataset.max);
		const left = max - [...this.text.value].length;
		const count = this.querySelector("[data-count]");
		if (count && max > 0) {
			count.textContent = left < 500 ? String(left) : "";
			count.classList.toggle("over", left < 0);
		}
		if (save && this.dataset.save) {
			clearTimeout(this.timer);
			this.timer = window.setTimeout(() => void this.keep(), 3000);
		}
	}

	private submitByKey(event: KeyboardEvent): void {
		if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
			this.querySelector<HTMLButtonElement>("[data-submit]")?.click();
		}
	}

	/** Keeps the draft on the server; the answer names it. */
	private async keep(): Promise<void> {
		if (!this.text.value.trim()) return;
		const data = new FormData(this.form);
		data.delete("files");
		data.set("do", "draft");
		const answer = await fetch(this.dataset.save ?? "", { method: "POST", body: data, headers: { Accept: "application/json" } }).catch(() => null);
		if (!answer?.ok) return;
		const { id } = (await answer.json()) as { id?: string };
		const field = this.form.querySelector<HTMLInputElement>("input[name=draft]");
		if (id && field) field.value = id;
		const count = this.querySelector("[data-count]");
		if (count && !count.textContent) count.textContent = this.words.saved;
	}

	private hover(event: DragEvent, on: boolean): void {
		event.preventDefault();
		this.form.classList.toggle("drop", on);
	}

	private take(files: FileList | null | undefined, event?: Event): void {
		if (!files?.length) return;
		event?.preventDefault();
		const list = this.querySelector("[data-attached]");
		if (!list) return;
		for (const file of files) {
			this.busy(1);
			upload(file, list, this.words, () => this.busy(-1));
		}
	}

	/** Nothing is published while files are on their way. */
	private busy(step: number): void {
		this.uploads += step;
		const submit = this.querySelector<HTMLButtonElement>("[data-submit]");
		if (submit) submit.disabled = this.uploads > 0;
	}

	/** Asks once before files without description are published. */
	private remind(event: SubmitEvent): void {
		const empty = [...this.querySelectorAll<HTMLTextAreaElement>("[data-attached] textarea")].find((t) => !t.value.trim());
		const publishes = (event.submitter as HTMLButtonElement | null)?.value === "publish";
		if (!empty || !publishes || this.dataset.remind === undefined || this.reminded) return;
		this.reminded = true;
		event.preventDefault();
		toast(this.words.remind);
		empty.focus();
	}

	private detach(event: Event): void {
		const button = (event.target as Element).closest("[data-remove]");
		if (!button) return;
		event.preventDefault();
		button.closest("li")?.remove();
	}
}

customElements.define("am-composer", Composer);
