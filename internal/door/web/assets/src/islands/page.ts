// What several islands need: the page's token, requests, toasts.

/** The CSRF token of the page's own form. */
export function token(): string {
	return document.querySelector<HTMLInputElement>("#act input[name=csrf]")?.value ?? "";
}

/** Posts fields the way the page's form would, and asks for JSON. */
export async function post(url: string, fields: Record<string, string> = {}): Promise<Response> {
	const body = new URLSearchParams({ csrf: token(), ...fields });
	return fetch(url, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
}

/** Shows a message for a while, with a button where there is something to do. */
export function toast(text: string, word = "", act?: () => void): void {
	const box = document.querySelector(".toasts");
	if (!box || !text) return;
	const line = document.createElement("div");
	line.className = "toast";
	line.append(Object.assign(document.createElement("span"), { textContent: text }));
	if (act) {
		const button = Object.assign(document.createElement("button"), { type: "button", textContent: word });
		button.addEventListener("click", () => {
			line.remove();
			act();
		});
		line.append(button);
	}
	box.append(line);
	setTimeout(() => line.remove(), act ? 10_000 : 5_000);
}

/** The message of a refused request, as the server words it. */
export async function problem(answer: Response): Promise<string> {
	try {
		const body = (await answer.json()) as { error?: string; message?: string };
		return body.message ?? body.error ?? answer.statusText;
	} catch {
		return answer.statusText;
	}
}

/** An icon of the sprite, whose address is taken from one on the page. */
export function icon(name: string): SVGSVGElement {
	const space = "http://www.w3.org/2000/svg";
	const sprite = document.querySelector("svg.icon use")?.getAttribute("href")?.split("#")[0] ?? "";
	const svg = document.createElementNS(space, "svg");
	svg.setAttribute("class", "icon");
	svg.setAttribute("aria-hidden", "true");
	const use = document.createElementNS(space, "use");
	use.setAttribute("href", `${sprite}#${name}`);
	svg.append(use);
	return svg;
}
