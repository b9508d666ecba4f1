import { assertEquals, assertThrows } from "@std/assert";
import { NuvomError } from "../../core/mod.ts";
import { parseLine } from "../parse_line.ts";
import { pluginGrant } from "../commands/plugin_grant.ts";
import { givenGrant, type GrantValues } from "./given_grant.ts";
import { grantCommand } from "../../host/mod.ts";

function grantOf(...options: string[]) {
  return givenGrant(parseLine(pluginGrant, ["x", ...options]).options as unknown as GrantValues, "/here");
}

Deno.test("givenGrant() reads options as Deno has them: lists behind =, everything without", () => {
  assertEquals(grantOf(), {});
  assertEquals(grantOf("--allow-net=a.example.com:443, b.example.com", "--allow-env", "--allow-read=./data,/tmp"), {
    net: ["a.example.com:443", "b.example.com"],
    env: true,
    read: ["/here/data", "/tmp"],
  });
});

Deno.test("givenGrant() refuses what Deno would drop or never match", () => {
  const refusal = (option: string) => {
    const { code, exitCode, message } = assertThrows(() => grantOf(option), NuvomError);
    return `${code} ${exitCode}: ${message}`;
  };
  assertEquals(
    refusal("--allow-net=https://a.example.com/x"),
    'NUVOM_CLI_VALUE 2: "https://a.example.com/x" is no value for --allow-net: it is a URL, not a host. Write "a.example.com:443".',
  );
  assertEquals(
    refusal("--allow-net="),
    "NUVOM_CLI_VALUE 2: The option --allow-net has no value. Write --allow-net=HOSTS.",
  );
});

Deno.test("grantCommand() is the way back", () => {
  const permissions = { net: ["*.example.com", "[::1]:80"], env: true, read: ["/a b"] } as const;
  const line = grantCommand("my_queue", permissions);
  assertEquals(
    line,
    "nuvom plugin grant my_queue '--allow-read=/a b' '--allow-net=*.example.com,[::1]:80' --allow-env",
  );
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  assertEquals(grantOf(...words.slice(4)), permissions);
  assertEquals(grantCommand(null, {}), "nuvom plugin grant --tasks");
});
