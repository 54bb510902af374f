// The page script: small custom elements that make working pages nicer.
// Everything here may be missing and the page still does its job.
import "./islands/actions";
import "./islands/composer";
import "./islands/copy";
import "./islands/editor";
import "./islands/find";
import "./islands/keys";
import "./islands/live";
import "./islands/passkey";
import "./islands/preview";
import "./islands/theme";
import "./islands/time";
import { startMenus } from "./islands/menus";
import { startViewer } from "./islands/viewer";
import { startPlayers } from "./islands/players";
import { startScrollers } from "./islands/scroll";

document.documentElement.classList.add("js");
startMenus();
startViewer();
startPlayers();
startScrollers();
