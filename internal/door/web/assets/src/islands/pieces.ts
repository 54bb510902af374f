import { token } from "./page";

/** What became of a file: the medium's id, or why not. */
export interface Sent {
	id?: string;
	error?: string;
}

const piece = 8 * 1024 * 1024;
const patience = 12; // failures in a row, about five minutes
const version = { "Tus-Resumable": "1.0.0" };

/**
 * Sends a large file piece by piece (tus 1.0.0). A broken connection is waited
 * for; the same file chosen again after a reload goes on where it was.
 */
export async function sendPieces(file: File, progress: (part: number) => void): Promise<Sent> {
	const key = `upload:${file.name}:${file.size}:${file.lastModified}`;
	for (let failed = 0; failed < patience; ) {
		try {
			const at = localStorage.getItem(key) ?? (await begin(file, key));
			const head = await ask("HEAD", at);
			if (head.status === 404 || head.status === 410) {
				localStorage.removeItem(key);
				failed++;
				continue;
			}
			if (!head.ok) throw refusal(head.status, "");
			let offset = Number(head.headers.get("Upload-Offset"));
			let id = head.headers.get("Allmende-Media");
			while (!id) {
				({ offset, id } = await patch(file, at, offset, progress));
				failed = 0;
			}
			localStorage.removeItem(key);
			return { id };
		} catch (fault) {
			if (fault instanceof Refused) {
				localStorage.removeItem(key);
				return { error: fault.message };
			}
			failed++;
			await new Promise((wake) => setTimeout(wake, Math.min(30_000, 1000 * 2 ** failed)));
		}
	}
	return {};
}

/** The server will not take the file; trying again is no use. */
class Refused extends Error {}

function ask(method: string, url: string, headers: Record<string, string> = {}): Promise<Response> {
	return fetch(url, { method, headers: { ...version, "X-CSRF-Token": token(), Accept: "application/json", ...headers }, credentials: "same-origin" });
}

async function begin(file: File, key: string): Promise<string> {
	const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
	const answer = await ask("POST", "/api/upload", { "Upload-Length": String(file.size), "Upload-Metadata": `filename ${name}` });
	const at = answer.headers.get("Location");
	if (!answer.ok || !at) throw refusal(answer.status, await answer.text());
	localStorage.setItem(key, at);
	return at;
}

/** Sends one piece; XMLHttpRequest because fetch tells no progress. */
function patch(file: File, at: string, offset: number, progress: (part: number) => void): Promise<{ offset: number; id: string | null }> {
	return new Promise((done, fail) => {
		const request = new XMLHttpRequest();
		request.open("PATCH", at);
		const headers = { ...version, "X-CSRF-Token": token(), "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
		for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
		request.upload.addEventListener("progress", (e) => progress((offset + e.loaded) / file.size));
		request.addEventListener("loadend", () => {
			if (request.status !== 204) {
				fail(refusal(request.status, request.responseText));
				return;
			}
			done({ offset: Number(request.getResponseHeader("Upload-Offset")), id: request.getResponseHeader("Allmende-Media") });
		});
		request.send(file.slice(offset, offset + piece));
	});
}

/** Tells what another try mends (a lost line, a busy or full server) from what it does not. */
function refusal(status: number, text: string): Error {
	const passing = [0, 404, 408, 409, 410, 423, 429, 460];
	if (passing.includes(status) || status >= 500) return new Error(String(status));
	try {
		return new Refused((JSON.parse(text) as { error?: string }).error ?? "");
	} catch {
		return new Refused("");
	}
}
