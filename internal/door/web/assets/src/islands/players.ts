/** Jumps to chapters and times, plays one thing at a time. */
export function startPlayers(): void {
	document.addEventListener("play", pauseOthers, true);
	document.addEventListener("click", (event) => {
		const link = (event.target as Element).closest<HTMLElement>("[data-seek]");
		const player = document.querySelector<HTMLMediaElement>("main video, main audio");
		if (!link || !player) return;
		event.preventDefault();
		player.currentTime = Number(link.dataset.seek);
		void player.play();
	});
	const start = Number(new URLSearchParams(location.search).get("t"));
	const first = document.querySelector<HTMLMediaElement>("main video, main audio");
	if (start > 0 && first) first.currentTime = start;
}

function pauseOthers(event: Event): void {
	for (const player of document.querySelectorAll<HTMLMediaElement>("video, audio")) {
		if (player !== event.target && !player.paused && !player.muted) player.pause();
	}
}
