import { assertEquals } from "@std/assert";
import { netItemCovers, netItemText, parseNetItem } from "./net_item.ts";

Deno.test("parseNetItem() reads hosts as Deno compares them", () => {
  const good = {
    "Example.COM": "example.com",
    "example.com.:080": "example.com:80",
    "my_host:0": "my_host:0",
    "127.0.0.1:9150": "127.0.0.1:9150",
    "[0::1]:80": "[::1]:80",
    "[FE80::1]": "[fe80::1]",
    "*.Example.com:443": "*.example.com:443",
    "10.0.0.0/8": "10.0.0.0/8",
    "xn--bcher-kva.example": "xn--bcher-kva.example",
    "unix:/run/s": "unix:/run/s",
  };
  for (const [text, expected] of Object.entries(good)) {
    const item = parseNetItem(text);
    assertEquals("host" in item ? netItemText(item) : item.problem, expected);
  }
});

Deno.test("parseNetItem() says what is wrong and how to write it", () => {
  const example = 'Write a host with or without a port, such as "api.example.com:443", "127.0.0.1" or "[::1]:80".';
  const bad = {
    "https://example.com/x": 'is a URL, not a host. Write "example.com:443".',
    "redis://me:secret@db:6379/0": 'is a URL, not a host. Write "db:6379".',
    "postgres://db/x": 'is a URL, not a host. Write "db".',
    "://": `is a URL, not a host. ${example}`,
    "example.com/path": `is no host and no range of addresses. ${example}`,
    "10.0.0.0/33": `is no host and no range of addresses. ${example}`,
    "10.0.0.0/8:80": `has a port, which a range of addresses can't have. ${example}`,
    "::1": `is no host; an IPv6 address stands in brackets. ${example}`,
    "[::1": `is no IPv6 address. ${example}`,
    "[::g]": `is no IPv6 address. ${example}`,
    "[fe80::1%eth0]": `is no IPv6 address. ${example}`,
    "[::ffff:1.2.3.4]": "is an IPv4 address in the clothes of IPv6. Write the IPv4 address.",
    "127.1": 'is not how this host is written. Write "127.0.0.1".',
    "2130706433:80": 'is not how this host is written. Write "127.0.0.1".',
    "0x7f.1": 'is not how this host is written. Write "127.0.0.1".',
    "bücher.example": 'is not how this host is written. Write "xn--bcher-kva.example".',
    "256.1.1.1": `is no host. ${example}`,
    "a..b": `is no host. ${example}`,
    "a b": `is no host. ${example}`,
    "user@example.com": 'is not how this host is written. Write "example.com".',
    [`${"a".repeat(64)}.com`]: `is no host. ${example}`,
    "": "names no host. Write a host, or net = true for every host.",
    "*": "names no host. Write a host, or net = true for every host.",
    ":80": "names no host. Write a host, or net = true for every host.",
    "a.*.com": `is no host; a star stands only at the front, as in "*.example.com". ${example}`,
    "*.*.com": 'is no host. Write the domain after "*.", such as "*.example.com".',
    "*.10.0.0.1": 'is no host. Write the domain after "*.", such as "*.example.com".',
    "example.com:": `has no valid port, 0 to 65535. ${example}`,
    "example.com:65536": `has no valid port, 0 to 65535. ${example}`,
    "example.com:http": `has no valid port, 0 to 65535. ${example}`,
  };
  for (const [text, expected] of Object.entries(bad)) {
    const item = parseNetItem(text);
    assertEquals("problem" in item ? `${item.problem}. ${item.mend}` : netItemText(item), expected, text);
  }
});

Deno.test("netItemCovers() knows ports, stars and ranges of addresses", () => {
  const covers = (granted: string, asked: string) => {
    const [has, wants] = [parseNetItem(granted), parseNetItem(asked)];
    return "host" in has && "host" in wants && netItemCovers(has, wants);
  };
  const yes = [
    ["127.0.0.1", "127.0.0.1:9150"],
    ["a.com:80", "a.com:80"],
    ["*.a.com", "x.y.a.com:1"],
    ["*.a.com", "a.com"],
    ["*.a.com", "*.b.a.com"],
    ["*.a.com:80", "b.a.com:80"],
    ["10.0.0.0/8", "10.200.1.1:80"],
    ["10.1.2.3/8", "10.0.0.0/16"],
    ["0.0.0.0/0", "255.1.1.1"],
  ] as const;
  const no = [
    ["127.0.0.1:9150", "127.0.0.1"],
    ["a.com:80", "a.com:81"],
    ["a.com", "b.a.com"],
    ["*.a.com", "evil-a.com"],
    ["*.a.com:80", "b.a.com"],
    ["*.b.a.com", "*.a.com"],
    ["*.a.com", "unix:/x.a.com"],
    ["10.0.0.0/8", "11.0.0.1"],
    ["10.0.0.0/16", "10.0.0.0/8"],
    ["10.0.0.0/8", "10.example.com"],
    ["10.0.0.1", "10.0.0.0/8"],
    ["127.0.0.1", "localhost"],
  ] as const;
  for (const [granted, asked] of yes) assertEquals(covers(granted, asked), true, `${granted} covers ${asked}`);
  for (const [granted, asked] of no) assertEquals(covers(granted, asked), false, `${granted} does not cover ${asked}`);
});
