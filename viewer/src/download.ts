const begun = new Map<string, Promise<Response | null>>();

/** Begin to fetch a file that will be asked for as soon as there is code to read it. */
export function fetchAhead(url: string): void {
  begun.set(url, request(url));
}

/** The server's answer, whatever it is; null when there is none. */
export function fetchFile(url: string): Promise<Response | null> {
  const early = begun.get(url);
  begun.delete(url); // an answer can be read only once
  return early ?? request(url);
}

async function request(url: string): Promise<Response | null> {
  return fetch(url, { credentials: "same-origin" }).catch(() => null);
}
