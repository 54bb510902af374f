import { icon, token } from "./page";

/** The texts of the composer, as the page brings them. */
export interface Words {
	alt: string;
	ask: string;
	remove: string;
	failed: string;
	saved: string;
	remind: string;
}

interface Stored {
	id: string;
	error?: string;
}

/** Sends one file with progress; its description is asked meanwhile. */
export function upload(file: File, list: Element, words: Words, done: () => void): void {
	const row = line(file, words);
	list.append(row);
	const bar = row.querySelector("progress");
	const request = new XMLHttpRequest();
	request.open("POST", "/api/media");
	request.setRequestHeader("X-CSRF-Token", token());
	request.setRequestHeader("Accept", "application/json");
	request.upload.addEventListener("progress", (e) => {
		if (bar && e.lengthComputable) bar.value = e.loaded / e.total;
	});
	request.addEventListener("loadend", () => {
		done();
		stored(row, request, words);
	});
	const body = new FormData();
	body.set("file", file);
	request.send(body);
}

function stored(row: HTMLElement, request: XMLHttpRequest, words: Words): void {
	const answer = parse(request.responseText);
	const field = row.querySelector(".field");
	row.querySelector("progress")?.remove();
	if (request.status >= 300 || request.status === 0 || !answer.id) {
		field?.replaceChildren(Object.assign(document.createElement("p"), { className: "wrong-note", textContent: answer.error ?? words.failed }));
		return;
	}
	const alt = row.querySelector("textarea");
	if (alt) alt.name = `alt.${answer.id}`;
	field?.append(Object.assign(document.createElement("input"), { type: "hidden", name: "media", value: answer.id }));
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

function parse(text: string): Stored {
	try {
		return JSON.parse(text) as Stored;
	} catch {
		return { id: "" };
	}
}
