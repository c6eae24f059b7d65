// Passkeys: asks the authenticator of the browser and posts its answer with the form marked data-passkey.

const fromText = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** Return the options with every binary member as bytes; the server sends them in base64url. */
function asBytes({ publicKey }) {
  const bytes = (each) => ({ ...each, id: fromText(each.id) });
  const asked = { ...publicKey, challenge: fromText(publicKey.challenge) };
  if (asked.user) asked.user = bytes(asked.user);
  if (asked.excludeCredentials) asked.excludeCredentials = asked.excludeCredentials.map(bytes);
  if (asked.allowCredentials) asked.allowCredentials = asked.allowCredentials.map(bytes);
  return { publicKey: asked };
}

/** Return a credential as JSON, every binary member in base64url, as WebAuthn Level 3 writes it. */
function asJson(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

const form = document.querySelector("form[data-passkey]");
const asked = JSON.parse(document.getElementById("passkey-data").textContent);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = form.querySelector("[data-problem]");
  problem.hidden = true;
  try {
    const making = form.dataset.passkey === "create";
    const options = asBytes(making ? asked.creation_options : asked.request_options);
    const credential = await navigator.credentials[making ? "create" : "get"](options);
    form.elements.credential.value = JSON.stringify(asJson(credential));
    form.submit();
  } catch {
    problem.hidden = false; // no device, refused by the person, or not a secure page: the words say what to do
  }
});
