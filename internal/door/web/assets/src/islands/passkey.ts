import { post, problem } from "./page";

/** Signing in with a passkey, and making a new one. */
class Passkey extends HTMLElement {
	connectedCallback(): void {
		if (!window.PublicKeyCredential) {
			this.hidden = true;
			return;
		}
		const button = this.querySelector("button");
		button?.addEventListener("click", () => void this.work(button));
		this.querySelector("input")?.addEventListener("keydown", (event) => {
			if (event.key !== "Enter") return;
			event.preventDefault();
			button?.click();
		});
	}

	/** One try; meanwhile the button waits, for the device asks the person. */
	private async work(button: HTMLButtonElement): Promise<void> {
		this.say("");
		button.disabled = true;
		try {
			await (this.dataset.do === "register" ? this.register() : this.signIn());
		} catch (fault) {
			this.say(this.words(fault));
			button.disabled = false;
		}
	}

	private async signIn(): Promise<void> {
		const begun = await ask<{ publicKey: RequestJSON }>("/login/passkey/begin");
		const got = (await navigator.credentials.get({ publicKey: readRequest(begun.publicKey) })) as PublicKeyCredential | null;
		if (!got) throw new Error("none");
		await ask("/login/passkey/finish", { credential: JSON.stringify(write(got)) });
		location.assign(local(this.dataset.next));
	}

	private async register(): Promise<void> {
		const begun = await ask<{ publicKey: CreationJSON }>("/settings/passkeys/begin");
		const made = (await navigator.credentials.create({ publicKey: readCreation(begun.publicKey) })) as PublicKeyCredential | null;
		if (!made) throw new Error("none");
		const name = this.querySelector("input")?.value ?? "";
		await ask("/settings/passkeys/finish", { name, credential: JSON.stringify(write(made)) });
		location.reload();
	}

	/** What went wrong, as well as it is known. */
	private words(fault: unknown): string {
		if (fault instanceof Refused) return fault.message;
		const known = fault instanceof DOMException && fault.name === "InvalidStateError";
		return (known && this.dataset.known) || (this.dataset.failed ?? "");
	}

	private say(text: string): void {
		const note = this.querySelector<HTMLElement>(".wrong-note");
		if (!note) return;
		note.textContent = text;
		note.hidden = !text;
	}
}

/** The server refused, and says why. */
class Refused extends Error {}

interface Named {
	id: string;
	type: PublicKeyCredentialType;
	transports?: AuthenticatorTransport[];
}
type RequestJSON = Omit<PublicKeyCredentialRequestOptions, "challenge" | "allowCredentials"> & { challenge: string; allowCredentials?: Named[] };
type CreationJSON = Omit<PublicKeyCredentialCreationOptions, "challenge" | "user" | "excludeCredentials"> & {
	challenge: string;
	user: { id: string; name: string; displayName: string };
	excludeCredentials?: Named[];
};

async function ask<T>(url: string, fields: Record<string, string> = {}): Promise<T> {
	const answer = await post(url, fields);
	if (!answer.ok) throw new Refused(await problem(answer));
	const text = await answer.text();
	return (text ? JSON.parse(text) : {}) as T;
}

/** Only paths of this site; anything else leads to the front page. */
function local(next: string | undefined): string {
	return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
	const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
	return Uint8Array.from(plain, (c) => c.charCodeAt(0));
}

function base64(buffer: ArrayBuffer): string {
	return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function readNamed(list: Named[] | undefined): PublicKeyCredentialDescriptor[] {
	return (list ?? []).map((n) => ({ ...n, id: bytes(n.id) }));
}

function readRequest(o: RequestJSON): PublicKeyCredentialRequestOptions {
	return { ...o, challenge: bytes(o.challenge), allowCredentials: readNamed(o.allowCredentials) };
}

function readCreation(o: CreationJSON): PublicKeyCredentialCreationOptions {
	return { ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: readNamed(o.excludeCredentials) };
}

function write(c: PublicKeyCredential): object {
	const response: Record<string, unknown> = { clientDataJSON: base64(c.response.clientDataJSON) };
	if (c.response instanceof AuthenticatorAttestationResponse) {
		response.attestationObject = base64(c.response.attestationObject);
		response.transports = c.response.getTransports();
	} else if (c.response instanceof AuthenticatorAssertionResponse) {
		response.authenticatorData = base64(c.response.authenticatorData);
		response.signature = base64(c.response.signature);
		if (c.response.userHandle) response.userHandle = base64(c.response.userHandle);
	}
	return { id: c.id, rawId: base64(c.rawId), type: c.type, clientExtensionResults: c.getClientExtensionResults(), response };
}

customElements.define("am-passkey", Passkey);
