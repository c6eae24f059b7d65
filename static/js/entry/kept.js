import { urls } from "./page.js";

// What is not on the server yet, kept in this browser so that no key is lost. It lies there as AES-GCM: the key comes with the page of
// the person who typed it and is in memory only, so that after the log-out nobody reads it, and the same person finds it again.
// Without WebCrypto (a page over plain HTTP) nothing is written: it stays in memory.
const PLACE = `tandem.kept.${document.body.dataset.user}.${location.pathname}`;
const NONCE_BYTES = 12;
const bytes = (base64) => Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
const key = importKey();
let newest = null;
let writing = null;

async function importKey() {
  if (!globalThis.crypto?.subtle) return null;
  const given = bytes(urls.kept_key);
  delete urls.kept_key;
  return crypto.subtle.importKey("raw", given, "AES-GCM", false, ["encrypt", "decrypt"]);
}

const text = (held) => btoa(Array.from(new Uint8Array(held), (each) => String.fromCharCode(each)).join(""));
// A ciphertext moved to another person's or form's place does not open there.
const cipher = (iv) => ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(PLACE) });

/** Keep these entries by path in place of what was kept; without any, nothing is left behind. */
export function keep(entries) {
  newest = entries;
  writing ??= write().finally(() => (writing = null));
  return writing;
}

async function write() {
  while (newest) {
    const entries = newest;
    const plain = new TextEncoder().encode(JSON.stringify(entries));
    const opened = await key;
    const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = opened && Object.keys(entries).length ? await crypto.subtle.encrypt(cipher(iv), opened, plain) : null;
    if (newest !== entries) continue;
    newest = null;
    if (sealed) localStorage.setItem(PLACE, `${text(iv)}.${text(sealed)}`);
    else localStorage.removeItem(PLACE);
  }
}

/** Return what an earlier page kept; what this key does not open is taken away. */
export async function kept() {
  const held = localStorage.getItem(PLACE);
  const opened = await key;
  if (!held || !opened) return {};
  try {
    const [iv, sealed] = held.split(".").map(bytes);
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(cipher(iv), opened, sealed)));
  } catch {
    localStorage.removeItem(PLACE);
    return {};
  }
}
