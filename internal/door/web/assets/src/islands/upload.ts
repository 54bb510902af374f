import { icon, token } from "./page";
import { type Sent, sendPieces } from "./pieces";

/** The texts of the composer, as the page brings them. */
export interface Words {
	alt: string;
	ask: string;
	remove: string;
	failed: string;
	saved: string;
	remind: string;
	caption: string;
	sending: string;
}

/** A medium as the server tells of it. */
interface Medium {
	state: string;
	progress: number;
	reason?: string;
	preview?: string;
}

const large = 8 * 1024 * 1024; // from here a file is sent in pieces

/** Sends one file with progress; its description is asked meanwhile. Done hears what became of it. */
export function upload(file: File, list: Element, words: Words, done: (sent: Sent, row: HTMLElement) => void): void {
	const row = line(file, words);
	list.append(row);
	const bar = row.querySelector("progress");
	const show = (part: number): void => {
		if (bar) bar.value = part;
	};
	const sending = file.size > large ? sendPieces(file, show) : sendWhole(file, show);
	void sending.then((sent) => {
		stored(row, sent, words);
		done(sent, row);
	});
}

function sendWhole(file: File, show: (part: number) => void): Promise<Sent> {
	return new Promise((sent) => {
		const request = new XMLHttpRequest();
		request.open("POST", "/api/media");
		request.setRequestHeader("X-CSRF-Token", token());
		request.setRequestHeader("Accept", "application/json");
		request.upload.addEventListener("progress", (e) => {
			if (e.lengthComputable) show(e.loaded / e.total);
		});
		request.addEventListener("loadend", () => sent(parse(request.responseText)));
		const body = new FormData();
		body.set("file", file);
		request.send(body);
	});
}

function stored(row: HTMLElement, sent: Sent, words: Words): void {
	const field = row.querySelector(".field");
	if (!sent.id) {
		refused(row, sent.error || words.failed);
		return;
	}
	const alt = row.querySelector("textarea");
	if (alt) alt.name = `alt.${sent.id}`;
	field?.append(Object.assign(document.createElement("input"), { type: "hidden", name: "media", value: sent.id }));
	const focus = document.querySelector<HTMLTemplateElement>("template[data-focus-field]")?.content.cloneNode(true) as DocumentFragment | undefined;
	const part = focus?.querySelector("select");
	if (focus && part && row.querySelector("img")) {
		part.name = `focus.${sent.id}`;
		field?.append(focus);
	}
	void follow(row, sent.id);
}

/** Takes the row's fields away, so that nothing of the file is published. */
function refused(row: HTMLElement, why: string): void {
	row.querySelector(".field")?.replaceChildren(Object.assign(document.createElement("p"), { className: "wrong-note", textContent: why }));
}

/** Shows how far the preparing is; one may publish meanwhile. */
async function follow(row: HTMLElement, id: string): Promise<void> {
	const bar = row.querySelector("progress");
	bar?.removeAttribute("value");
	for (let wait = 1000; row.isConnected; wait = Math.min(wait * 1.5, 10_000)) {
		await new Promise((wake) => setTimeout(wake, wait));
		const answer = await fetch(`/api/media/${id}`, { headers: { Accept: "application/json" } }).catch(() => null);
		if (!answer?.ok) continue;
		const medium = (await answer.json()) as Medium;
		if (medium.state === "failed") {
			refused(row, medium.reason ?? "");
			return;
		}
		if (medium.state === "done" || medium.state === "usable") {
			bar?.remove();
			if (medium.preview) row.querySelector(".thumb, img")?.replaceWith(Object.assign(document.createElement("img"), { src: medium.preview, alt: "", width: 96, height: 96 }));
			return;
		}
		if (bar && medium.progress > 0) bar.value = medium.progress / 100;
	}
}

function line(file: File, words: Words): HTMLElement {
	const field = Object.assign(document.createElement("div"), { className: "field full" });
	const label = Object.assign(document.createElement("label"), { textContent: words.alt });
	label.append(Object.assign(document.createElement("textarea"), { maxLength: 1500, placeholder: words.ask }));
	field.append(label, Object.assign(document.createElement("progress"), { max: 1, value: 0 }));
	const remove = Object.assign(document.createElement("button"), { type: "button", className: "icon-btn", ariaLabel: `${words.remove} ${file.name}` });
	remove.dataset.remove = "";
	remove.append(icon("x"));
	const row = document.createElement("li");
	row.append(thumb(file), field, remove);
	return row;
}

function thumb(file: File): HTMLElement {
	if (file.type.startsWith("image/")) {
		return Object.assign(document.createElement("img"), { src: URL.createObjectURL(file), alt: "" });
	}
	const box = Object.assign(document.createElement("span"), { className: "thumb" });
	box.append(icon(file.type.startsWith("audio/") ? "music" : "film"));
	return box;
}

function parse(text: string): Sent {
	try {
		return JSON.parse(text) as Sent;
	} catch {
		return {};
	}
}
