/** What a module is read as: by what its server says where that means something, else by its ending. @module */

/** What a module is read as, unless its import says `json` or `text`. */
export type MediaType = "js" | "ts" | "json";

const BY_CONTENT_TYPE: Readonly<Record<string, MediaType>> = {
  "application/ecmascript": "js",
  "application/javascript": "js",
  "application/x-javascript": "js",
  "text/ecmascript": "js",
  "text/javascript": "js",
  "text/jsx": "js",
  "application/typescript": "ts",
  "application/x-typescript": "ts",
  "text/tsx": "ts",
  "text/typescript": "ts",
  "application/json": "json",
  "text/json": "json",
};

/** By the ending of the path; what is unknown is taken for JavaScript. */
export function mediaTypeOf(url: string): MediaType {
  const { pathname } = new URL(url);
  if (/\.[mc]?tsx?$/.test(pathname)) return "ts";
  return pathname.endsWith(".json") ? "json" : "js";
}

/** By a `Content-Type` header; servers send TypeScript as `video/mp2t`, `text/plain` or anything else. */
export function servedMediaType(url: string, contentType: string | null): MediaType {
  return BY_CONTENT_TYPE[essence(contentType)] ?? mediaTypeOf(url);
}

/** Why a body is no module, or null. An empty one is, where its server or its ending says so: of types nothing is left. */
export function notAModule(url: string, contentType: string | null, body: Uint8Array): string | null {
  if (body.length === 0) return saysCode(url, contentType) ? null : "an empty body";
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType ?? "")?.[1]?.toLowerCase() ?? "utf-8";
  if (!["utf-8", "utf8", "us-ascii", "ascii"].includes(charset)) return `text in the charset ${charset}`;
  const text = decodeUtf8(body);
  if (text === null) return "bytes that are not UTF-8 text";
  return isHtml(contentType) || /^\s*<(!doctype|html)\b/i.test(text) ? "HTML" : null;
}

function saysCode(url: string, contentType: string | null): boolean {
  const known = BY_CONTENT_TYPE[essence(contentType)];
  if (known !== undefined) return known !== "json";
  return !isHtml(contentType) && /\.[mc]?[jt]sx?$/.test(new URL(url).pathname);
}

function isHtml(contentType: string | null): boolean {
  return ["text/html", "application/xhtml+xml"].includes(essence(contentType));
}

function essence(contentType: string | null): string {
  return (contentType ?? "").split(";")[0]!.trim().toLowerCase();
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
