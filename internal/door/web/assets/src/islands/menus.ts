/** Menus close when one clicks elsewhere or presses Escape. */
export function startMenus(): void {
	const close = (except?: Element | null): void => {
		for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]")) {
			if (menu !== except) menu.open = false;
		}
	};
	document.addEventListener("click", (event) => close((event.target as Element).closest("details[data-menu]")));
	document.addEventListener("keydown", (event) => {
		const menu = (event.target as Element).closest<HTMLDetailsElement>("details[data-menu][open]");
		if (event.key !== "Escape" || !menu) return;
		menu.open = false;
		menu.querySelector("summary")?.focus();
	});
}
