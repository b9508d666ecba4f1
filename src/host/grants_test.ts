import { assertEquals } from "@std/assert";
import { parse } from "@std/toml";
import type { PermissionSet } from "../core/mod.ts";
import { grantedVariables, grantToml, mergePermissions, missingPermissions, resolveRequest } from "./grants.ts";
import { refusalOf } from "./testing.ts";

Deno.test("grantedVariables() gives what env covers and nothing else", () => {
  const variables = new Map([["HOME", "/root"], ["AWS_REGION", "eu"], ["AWS_KEY", "k"], ["TOKEN", "t"]]);
  assertEquals(grantedVariables({}, variables), {});
  assertEquals(grantedVariables({ env: ["HOME", "NONE"] }, variables), { HOME: "/root" });
  assertEquals(grantedVariables({ env: ["AWS_*"] }, variables), { AWS_REGION: "eu", AWS_KEY: "k" });
  assertEquals(grantedVariables({ env: true }, variables), Object.fromEntries(variables));
});

Deno.test("resolveRequest() fills in settings and makes paths absolute", () => {
  const asked: PermissionSet = {
    net: ["{host}:{prometheus_port}", "unix:{socket}"],
    read: ["{folder}/in", "/etc/hosts"],
    write: ["{unset}/out"],
    sys: true,
  };
  const settings = { host: "Localhost", prometheus_port: 9150, folder: "./data", socket: "s" };
  assertEquals(resolveRequest(asked, settings, "/project"), {
    read: ["/project/data/in", "/etc/hosts"],
    net: ["localhost:9150", "unix:/project/s"],
    sys: true,
  });
});

Deno.test("resolveRequest() refuses what is no permission, without showing the settings", async () => {
  const settings = { url: "redis://me:secret@db:6379", constructor: undefined };
  assertEquals(
    await refusalOf(() => resolveRequest({ net: ["{url}"] }, settings, "/project", 'The plugin "x"')),
    'NUVOM_PLUGIN_REQUEST 3: The plugin "x" asks for the net permission "{url}", which with its settings is a URL, not a ' +
      "host. Mend the settings that it names in braces, or what the plugin asks for.",
  );
  assertEquals(resolveRequest({ net: ["{toString}"] }, settings, "/project"), {});
});

Deno.test("missingPermissions() says what is asked for and not granted", () => {
  const missing = (asked: PermissionSet, granted: PermissionSet) => missingPermissions(asked, granted);
  assertEquals(missing({}, {}), null);
  assertEquals(missing({ net: ["127.0.0.1:9150"] }, { net: ["127.0.0.1"] }), null);
  assertEquals(missing({ read: ["/p/data/x"], env: ["A"] }, { read: ["/p/data"], env: true }), null);
  assertEquals(missing({ net: [] }, {}), null);
  assertEquals(missing({ net: ["a.com", "b.com"], read: ["/x"] }, { net: ["a.com"] }), {
    net: ["b.com"],
    read: ["/x"],
  });
  assertEquals(missing({ env: true, run: ["git"] }, { env: ["A"], run: ["git"] }), { env: true });
});

Deno.test("mergePermissions() gives what either gives, each once", () => {
  assertEquals(
    mergePermissions({ net: ["a.com"], read: ["/x"], sys: true }, {
      net: ["a.com:80", "b.com"],
      sys: ["uid"],
      env: ["A"],
    }),
    { net: ["a.com", "b.com"], read: ["/x"], env: ["A"], sys: true },
  );
});

Deno.test("grantToml() writes the lines that grant exactly this", () => {
  assertEquals(
    grantToml("prometheus", { net: ["127.0.0.1:9150"] }),
    '[plugin.prometheus]\npermissions = { net = ["127.0.0.1:9150"] }',
  );
  const grant: PermissionSet = {
    read: ["/project/data", "/project", '/etc/a"b\\c'],
    net: ["unix:/project/s"],
    run: ["git", "/project/tool.sh"],
    env: true,
  };
  const toml = grantToml(null, grant, "/project");
  assertEquals(
    toml,
    '[tasks]\npermissions = { read = ["./data", ".", "/etc/a\\"b\\\\c"], net = ["unix:./s"], env = true, ' +
      'run = ["git", "./tool.sh"], full_trust = true }',
  );
  assertEquals((parse(toml).tasks as { permissions: unknown }).permissions, {
    read: ["./data", ".", '/etc/a"b\\c'],
    net: ["unix:./s"],
    env: true,
    run: ["git", "./tool.sh"],
    full_trust: true,
  });
  assertEquals(parse(grantToml("x", {})), { plugin: { x: { permissions: {} } } });
});
