import { toast } from "./page";
import { upload, type Words } from "./upload";

/** Puts pictures, sounds and films into the text of an article or page: chosen, dropped or pasted, at the cursor. */
class Editor extends HTMLElement {
	private text!: HTMLTextAreaElement;
	private words!: Words;
	private sending = 0;
	private reminded = false;

	connectedCallback(): void {
		const text = this.querySelector<HTMLTextAreaElement>("textarea[name=text]");
		const files = this.querySelector<HTMLInputElement>("input[data-files]");
		if (!text || !files) return;
		this.text = text;
		this.words = JSON.parse(this.dataset.words ?? "{}") as Words;
		files.multiple = true;
		files.addEventListener("change", () => {
			this.take(files.files);
			files.value = "";
		});
		text.addEventListener("paste", (e) => this.take(e.clipboardData?.files, e));
		this.addEventListener("dragover", (e) => {
			if (!e.dataTransfer?.types.includes("Files")) return;
			e.preventDefault();
			this.classList.add("drop");
		});
		this.addEventListener("dragleave", () => this.classList.remove("drop"));
		this.addEventListener("drop", (e) => {
			this.classList.remove("drop");
			this.take(e.dataTransfer?.files, e);
		});
		this.addEventListener("click", (e) => this.remove_(e));
		this.closest("form")?.addEventListener("submit", (e) => this.submits(e));
	}

	private take(files: FileList | null | undefined, event?: Event): void {
		const list = this.querySelector("[data-attached]");
		if (!files?.length || !list) return;
		event?.preventDefault();
		for (const file of files) this.send(file, list);
	}

	/** A line holds the place while the file is on its way. */
	private send(file: File, list: Element): void {
		const place = `![${this.words.sending} ${file.name.replace(/[[\]\\]/g, "")}…](#${Date.now()}-${this.sending++})`;
		this.insert(place);
		upload(file, list, this.words, (sent, row) => {
			this.sending--;
			if (!sent.id) {
				this.change(place, "");
				return;
			}
			const id = sent.id;
			const alt = row.querySelector("textarea");
			const caption = Object.assign(document.createElement("input"), { type: "text", maxLength: 500 });
			const label = Object.assign(document.createElement("label"), { textContent: this.words.caption });
			label.append(caption);
			row.querySelector(".field")?.append(label);
			row.dataset.medium = id;
			const draw = (): string => `![${escaped(alt?.value ?? "", /[[\]\\*_`]/g)}](media:${id}${caption.value.trim() ? ` "${escaped(caption.value.trim(), /["\\]/g)}"` : ""})`;
			this.change(place, draw());
			for (const field of [alt, caption]) field?.addEventListener("input", () => this.change(reference(id), draw()));
		});
	}

	/** Puts a paragraph of its own behind the one the cursor is in. */
	private insert(line: string): void {
		const { value, selectionEnd } = this.text;
		const next = value.indexOf("\n\n", selectionEnd);
		const at = selectionEnd === 0 || value.slice(0, selectionEnd).endsWith("\n") ? selectionEnd : next < 0 ? value.length : next;
		const before = value.slice(0, at).replace(/\n+$/, "");
		const after = value.slice(at).replace(/^\n+/, "");
		const head = `${before}${before ? "\n\n" : ""}${line}`;
		this.text.value = `${head}\n${after ? `\n${after}` : ""}`;
		this.text.setSelectionRange(head.length + 1, head.length + 1);
		this.changed();
	}

	private change(from: string | RegExp, to: string): void {
		const at = this.text.selectionStart;
		const long = this.text.value.length;
		this.text.value = this.text.value.replace(from, () => to);
		this.text.setSelectionRange(at + this.text.value.length - long, at + this.text.value.length - long);
		this.changed();
	}

	private changed(): void {
		this.text.dispatchEvent(new Event("input", { bubbles: true }));
	}

	private remove_(event: Event): void {
		const row = (event.target as Element).closest("[data-remove]")?.closest("li");
		if (!row) return;
		event.preventDefault();
		if (row.dataset.medium) this.change(reference(row.dataset.medium), "");
		row.remove();
	}

	/** Nothing is saved while files are on their way; descriptions are asked for once. */
	private submits(event: SubmitEvent): void {
		const publishes = (event.submitter as HTMLButtonElement | null)?.value === "publish";
		const empty = [...this.querySelectorAll<HTMLTextAreaElement>("[data-attached] textarea")].find((t) => !t.value.trim());
		if (this.sending > 0) {
			event.preventDefault();
			toast(this.words.sending);
		} else if (empty && publishes && this.dataset.remind !== undefined && !this.reminded) {
			this.reminded = true;
			event.preventDefault();
			toast(this.words.remind);
			empty.focus();
		}
	}
}

/** Where a medium stands in the text. */
function reference(id: string): RegExp {
	return new RegExp(`!\\[(?:[^\\]\\\\]|\\\\.)*\\]\\(media:${id}(?:\\s+"(?:[^"\\\\]|\\\\.)*")?\\)`);
}

function escaped(words: string, signs: RegExp): string {
	return words.replace(/\s+/g, " ").replace(signs, "\\$&");
}

customElements.define("am-editor", Editor);
