import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { PERMISSION_KINDS, type PermissionKind } from "../core/mod.ts";
import { checkPermissionItem, permissionCovers, SYS_KINDS } from "./permission_item.ts";

function checked(kind: PermissionKind, text: string): string {
  const result = checkPermissionItem(kind, text, "/project");
  return "item" in result ? result.item : `${result.problem}. ${result.mend}`;
}

Deno.test("checkPermissionItem() makes paths absolute and leaves the rest", () => {
  const good: readonly (readonly [PermissionKind, string, string])[] = [
    ["read", "./data", "/project/data"],
    ["write", "a/../b", "/project/b"],
    ["ffi", "/usr/lib/x.so", "/usr/lib/x.so"],
    ["net", "unix:./s", "unix:/project/s"],
    ["net", "Example.com:1", "example.com:1"],
    ["import", "esm.example.com", "esm.example.com"],
    ["env", "AWS_*", "AWS_*"],
    ["run", "git", "git"],
    ["run", "./tool.sh", "/project/tool.sh"],
    ["sys", "hostname", "hostname"],
  ];
  for (const [kind, text, expected] of good) assertEquals(checked(kind, text), expected);
});

Deno.test("checkPermissionItem() says what is wrong and how to write it", () => {
  const path = "Write a path that is absolute or relative to the manifest; a folder grants all that lies in it.";
  const variable = 'is no name of a variable. Write a name, or its beginning and a star: "HOME", "AWS_*".';
  const program = 'is no name of a program. Write the name or the path of a program, without arguments: "git".';
  const bad: readonly (readonly [PermissionKind, string, string])[] = [
    ["read", "", `is no path. ${path}`],
    ["write", "./*.txt", `is a pattern, which permissions do not know. ${path}`],
    ["read", "file:///etc", `is a URL, not a path. ${path}`],
    ["read", "~/x", `begins with what only a shell expands. ${path}`],
    ["ffi", "$HOME/x", `begins with what only a shell expands. ${path}`],
    ["net", "unix:", `is no path. ${path}`],
    ["import", "unix:/x", "is a socket. Modules come from hosts: esm.example.com."],
    ["env", "*", "names no variable. Write env = true for every variable."],
    ["env", "A B", variable],
    ["env", "A*B", variable],
    ["run", "git status", program],
    ["sys", "hostnme", 'is not known to Deno. Did you mean "hostname"?'],
  ];
  for (const [kind, text, expected] of bad) assertEquals(checked(kind, text), expected, text);
});

Deno.test("permissionCovers() agrees with Deno", async () => {
  // Granted, then what is covered, then what is not.
  const cases: readonly (readonly [PermissionKind, string, readonly string[], readonly string[]])[] = [
    ["net", "127.0.0.1", ["127.0.0.1", "127.0.0.1:9150"], ["127.0.0.2:9150", "localhost"]],
    ["net", "Example.com:80", ["example.com:80"], ["example.com", "example.com:81", "a.example.com:80"]],
    ["net", "[::1]", ["[::1]:80"], ["[::2]:80", "127.0.0.1:80"]],
    ["net", "[::1]:80", ["[::1]:80"], ["[::1]", "[::1]:81"]],
    ["net", "*.example.com", ["a.example.com", "a.b.example.com:1", "example.com"], [
      "evil-example.com",
      "example.org",
    ]],
    ["net", "*.example.com:80", ["a.example.com:80"], ["a.example.com", "a.example.com:81"]],
    ["net", "10.0.0.0/8", ["10.1.2.3", "10.255.0.1:80"], ["11.0.0.1", "10.example.com"]],
    ["net", "10.9.9.9/30", ["10.9.9.8", "10.9.9.11"], ["10.9.9.7", "10.9.9.12"]],
    ["net", "example.com.", ["example.com:1"], ["example.org:1"]],
    ["net", "my_host:0", ["my_host:0"], ["my_host:1"]],
    ["import", "esm.example.com", ["esm.example.com:443"], ["example.com:443"]],
    ["read", "./data", ["./data", "./data/x/y", "./data/../data/x"], [".", "./database", "./data/../x"]],
    ["write", "/var/lib/x", ["/var/lib/x/y"], ["/var/lib"]],
    ["read", "/", ["/etc/hosts"], []],
    ["ffi", "./lib", ["./lib/fast.so"], ["./fast.so"]],
    ["env", "HOME", ["HOME"], ["HOMEX"]],
    ["env", "AWS_*", ["AWS_REGION", "AWS_"], ["AWS", "NOT_AWS_X"]],
    ["sys", "hostname", ["hostname"], ["osRelease", "userInfo"]],
    ["sys", "username", ["username", "userInfo"], ["uid"]],
  ];
  for (const [kind, granted, yes, no] of cases) {
    const asked = [...yes, ...no].map((item) => checked(kind, item));
    const expected = [...yes.map(() => true), ...no.map(() => false)];
    assertEquals(asked.map((item) => permissionCovers(kind, checked(kind, granted), item)), expected, granted);
    assertEquals(await grantedByDeno(kind, [checked(kind, granted)], asked), expected, granted);
  }
});

Deno.test("checkPermissionItem() takes only such kinds of sys as Deno takes", async () => {
  const kinds = SYS_KINDS.map((kind) => checked("sys", kind));
  assertEquals(await grantedByDeno("sys", kinds, SYS_KINDS), SYS_KINDS.map(() => true));
});

Deno.test("permissionCovers() never covers one program by another", () => {
  assertEquals(permissionCovers("run", "git", "git"), true);
  assertEquals(permissionCovers("run", "/usr/bin", "/usr/bin/git"), false);
});

const DESCRIPTORS: Readonly<Record<PermissionKind, (item: string) => Deno.PermissionDescriptor>> = {
  read: (path) => ({ name: "read", path }),
  write: (path) => ({ name: "write", path }),
  net: (host) => ({ name: "net", host }),
  import: (host) => ({ name: "import", host } as unknown as Deno.PermissionDescriptor),
  env: (variable) => ({ name: "env", variable }),
  run: (command) => ({ name: "run", command }),
  ffi: (path) => ({ name: "ffi", path }),
  sys: (kind) => ({ name: "sys", kind: kind as Deno.SysPermissionDescriptor["kind"] }),
};

/** What a worker with one permission says of others. */
async function grantedByDeno(
  kind: PermissionKind,
  granted: readonly string[],
  asked: readonly string[],
): Promise<boolean[]> {
  const none = Object.fromEntries(PERMISSION_KINDS.map((kind) => [kind, false as boolean | string[]]));
  const module = new URL("testdata/query_permissions.ts", import.meta.url);
  const permissions = { ...none, read: [fromFileUrl(module)], [kind]: [...granted] };
  if (kind === "read") permissions.read = [fromFileUrl(module), ...granted];
  const worker = new Worker(module, { type: "module", deno: { permissions } });
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message));
  worker.postMessage(asked.map(DESCRIPTORS[kind]));
  try {
    return (await promise).map((state) => state === "granted");
  } finally {
    worker.terminate();
  }
}
