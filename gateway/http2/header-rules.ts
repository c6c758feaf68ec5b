/** What requests, responses and trailers must be (RFC 9113, 8.1 and 8.3). Each gives the rule broken, or undefined. */
import type { HeaderSection } from "./header-section.ts";

export function requestFault(section: HeaderSection): string | undefined {
  const { fault, method, scheme, path, authority, host } = section;
  if (fault !== undefined) return fault;
  if (section.status !== undefined) return "a request with :status";
  if (method === undefined || !isToken(method)) return "no :method";
  if (authority?.includes("@")) return "user information in :authority";
  if (method === "CONNECT") {
    return scheme === undefined && path === undefined && authority !== undefined ? undefined : "a malformed CONNECT";
  }
  if (scheme === undefined || !/^[a-z][a-z0-9+.-]*$/i.test(scheme)) return "no :scheme";
  if (path === undefined || !isTarget(path, method)) return "no :path";
  if (host !== undefined && authority !== undefined && host !== authority) return "host is not :authority";
  return undefined;
}

export function responseFault(section: HeaderSection): string | undefined {
  const { fault, status } = section;
  if (fault !== undefined) return fault;
  if ((section.method ?? section.scheme ?? section.path ?? section.authority) !== undefined) {
    return "a response with a request's pseudo-header";
  }
  if (status === undefined || !/^[1-9]\d\d$/.test(status) || status === "101") return "no :status";
  return undefined;
}

export function trailerFault(section: HeaderSection): string | undefined {
  return section.fault ?? (section.hasPseudo ? "a pseudo-header in trailers" : undefined);
}

function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** An absolute path without blanks, or the asterisk of OPTIONS (RFC 9113, 8.3.1). */
function isTarget(path: string, method: string): boolean {
  return path === "*" ? method === "OPTIONS" : path.startsWith("/") && !/[ \t]/.test(path);
}
