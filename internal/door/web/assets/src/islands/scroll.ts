/**
 * What scrolls sideways: rows of tabs begin at the current one, and wide tables
 * and code can be reached by keyboard while they are wider than their place.
 */
export function startScrollers(): void {
	for (const row of document.querySelectorAll<HTMLElement>(".tabs, nav.pills")) {
		const current = row.querySelector("[aria-current]");
		if (!current || row.scrollWidth <= row.clientWidth) continue;
		const [outer, inner] = [row.getBoundingClientRect(), current.getBoundingClientRect()];
		row.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
	}
	const sizes = new ResizeObserver((entries) => {
		for (const { target } of entries) {
			if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
			else target.removeAttribute("tabindex");
		}
	});
	for (const box of document.querySelectorAll(":is(.reading, .prose) :is(table, pre)")) sizes.observe(box);
}
