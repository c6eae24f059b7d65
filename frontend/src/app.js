import "bootstrap/dist/css/bootstrap.min.css";
import "bootstrap-icons/font/bootstrap-icons.min.css";

import htmx from "htmx.org";

import { watchAutosave } from "./autosave.js";
import { startClocks } from "./clock.js";
import { watchGrids } from "./grid.js";
import { configureHtmx } from "./htmx_setup.js";
import { watchIdleness } from "./idle.js";
import { addKey, watchKeys } from "./keys.js";
import { watchLists } from "./lists.js";
import { watchMenus } from "./menus.js";
import { text } from "./strings.js";
import { showCurrentTab } from "./tabs.js";
import { watchTheme } from "./theme.js";
import { toast } from "./toast.js";

configureHtmx(htmx);
watchTheme();
watchMenus();
watchKeys();
watchLists();
watchGrids();
watchAutosave(htmx);
watchIdleness();
startClocks();
showCurrentTab();

// For the small modules of single pages, which import nothing from the bundle.
globalThis.tandem = { addKey, htmx, text, toast };
