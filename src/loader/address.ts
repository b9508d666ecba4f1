/** What kind of network an address belongs to. @module */

/** Only `public` ones are connected to without being asked for by name. */
export type AddressClass = "public" | "loopback" | "private" | "link-local" | "multicast" | "reserved";

type Block = readonly [prefix: string, bits: number, is: AddressClass];

/** The special-purpose registries of IANA, what is not globally reachable in them. */
const V4: readonly Block[] = [
  ["0.0.0.0", 8, "reserved"],
  ["10.0.0.0", 8, "private"],
  ["100.64.0.0", 10, "private"],
  ["127.0.0.0", 8, "loopback"],
  ["169.254.0.0", 16, "link-local"],
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "reserved"],
  ["192.0.2.0", 24, "reserved"],
  ["192.88.99.0", 24, "reserved"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "reserved"],
  ["198.51.100.0", 24, "reserved"],
  ["203.0.113.0", 24, "reserved"],
  ["224.0.0.0", 4, "multicast"],
  ["240.0.0.0", 4, "reserved"],
];

/** Outside of 2000::/3 everything that is not named here is reserved. */
const V6: readonly Block[] = [
  ["::1", 128, "loopback"],
  ["fc00::", 7, "private"],
  ["fec0::", 10, "private"],
  ["64:ff9b:1::", 48, "private"],
  ["fe80::", 10, "link-local"],
  ["ff00::", 8, "multicast"],
  ["2001::", 23, "reserved"],
  ["2001:db8::", 32, "reserved"],
  ["3fff::", 20, "reserved"],
  ["2000::", 3, "public"],
];

/** Blocks that carry an address of IPv4, and the group at which it stands. */
const CARRIERS: readonly (readonly [prefix: string, bits: number, group: number])[] = [
  ["::ffff:0:0", 96, 6],
  ["::ffff:0:0:0", 96, 6],
  ["64:ff9b::", 96, 6],
  ["2002::", 16, 1],
];

/**
 * Classifies an address as a resolver gives it. What can't be understood is reserved.
 * @param address IPv4 with dots or IPv6, with or without a zone.
 */
export function addressClass(address: string): AddressClass {
  if (isIPv4(address)) return classOf(address.split(".").map(Number), 8, V4) ?? "public";
  const groups = groupsOf(address);
  if (groups === null) return "reserved";
  for (const [prefix, bits, at] of CARRIERS) {
    if (!within(groups, groupsOf(prefix)!, bits, 16)) continue;
    const [high, low] = [groups[at]!, groups[at + 1]!];
    return addressClass([high >> 8, high & 255, low >> 8, low & 255].join("."));
  }
  return classOf(groups, 16, V6) ?? "reserved";
}

/** Whether a text is an address of IPv4 in its usual notation, as the URL parser and resolvers print it. */
export function isIPv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 &&
    parts.every((part) => /^\d{1,3}$/.test(part) && String(Number(part)) === part && Number(part) < 256);
}

function classOf(parts: readonly number[], width: 8 | 16, blocks: readonly Block[]): AddressClass | undefined {
  const prefixOf = (text: string) => width === 8 ? text.split(".").map(Number) : groupsOf(text)!;
  return blocks.find(([prefix, bits]) => within(parts, prefixOf(prefix), bits, width))?.[2];
}

function within(parts: readonly number[], prefix: readonly number[], bits: number, width: number): boolean {
  return parts.every((part, i) => {
    const shift = width - Math.max(0, Math.min(width, bits - i * width));
    return part >> shift === prefix[i]! >> shift;
  });
}

/** The eight groups of an IPv6 address; the URL parser knows all of its spellings. */
function groupsOf(address: string): number[] | null {
  const host = URL.parse(`http://[${address.split("%")[0]}]`)?.hostname.slice(1, -1);
  if (host === undefined) return null;
  const [head, tail] = host.split("::").map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = tail === undefined ? [] : Array<string>(8 - head!.length - tail.length).fill("0");
  return [...head!, ...zeros, ...(tail ?? [])].map((group) => parseInt(group, 16));
}
