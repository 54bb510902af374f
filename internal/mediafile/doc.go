// Package mediafile knows what a media file is and how others are made of it.
//
// Three layers: header readers in this process (Sniff, Probe, ReadExif, ReadTags, Scrub), which are bounded and
// fuzzed and never decode pixels or sound; a Runner, which lets vips and ffmpeg work in limited child processes;
// and the recipes on top of it (Images, Crop, Video, Audio). Nothing here knows accounts, databases or requests.
package mediafile
