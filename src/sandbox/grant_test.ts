import { assertEquals, assertStringIncludes } from "@std/assert";
import { explainPermission } from "./mod.ts";
import { workerPermissions } from "./grant.ts";
import { openTestRealm } from "./testdata/open_test_realm.ts";

const PROBES = `
const tried = async (fn: () => unknown) => { try { return await fn(); } catch (error) { return (error as Error).name + ": " + (error as Error).message; } };
export const read = task({ name: "read" }, (path: string) => tried(() => Deno.readTextFile(path)));
export const write = task({ name: "write" }, (path: string) => tried(() => Deno.writeTextFile(path, "x")));
export const nodeRead = task({ name: "nodeRead" }, async (path: string) => tried(async () => (await import("node:fs")).readFileSync(path, "utf8")));
export const get = task({ name: "get" }, (url: string) => tried(async () => (await fetch(url)).text()));
export const dial = task({ name: "dial" }, (path: string) => tried(async () => {
  const stream = await Deno.connect({ transport: "unix", path });
  const into = new Uint8Array(5);
  await stream.read(into);
  stream.close();
  return new TextDecoder().decode(into);
}));
export const spawn = task({ name: "spawn" }, (program: string) => tried(async () => (await new Deno.Command(program).output()).code));
export const host = task({ name: "host" }, () => tried(() => Deno.hostname()));
`;

Deno.test("workerPermissions() names every kind and grants nothing by itself but the folder", () => {
  assertEquals(workerPermissions({}, "/run/graph"), {
    read: ["/run/graph"],
    write: false,
    net: false,
    env: false,
    run: false,
    ffi: false,
    sys: false,
    import: false,
  });
  assertEquals(workerPermissions({ read: true, env: ["A"], net: [], run: ["git"] }, "/run/graph"), {
    read: true,
    write: false,
    net: false,
    env: false,
    run: ["git"],
    ffi: false,
    sys: false,
    import: false,
  });
});

for (const kind of ["process", "worker"] as const) {
  Deno.test(`openRealm() refuses what the grant does not say, and says what was missing: ${kind}`, async () => {
    await using test = await openTestRealm(kind, PROBES);
    await test.load();
    const secret = `${test.folder}/secret.txt`;
    await Deno.writeTextFile(secret, "secret");
    for (
      const [name, arg, missing] of [
        ["read", secret, { kind: "read", value: secret }],
        ["write", secret, { kind: "write", value: secret }],
        ["nodeRead", secret, { kind: "read", value: secret }],
        ["get", "http://127.0.0.1:45678/", { kind: "net", value: "127.0.0.1:45678" }],
      ] as const
    ) {
      const refused = await test.value(name, arg) as string;
      assertEquals(explainPermission({ message: refused }), missing);
    }
    assertEquals(explainPermission({ message: await test.value("host") as string })?.kind, "sys");
  });

  Deno.test(`openRealm() allows what the grant says, no more: ${kind}`, async () => {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response("hello"));
    const folder = await Deno.realPath(await Deno.makeTempDir());
    try {
      await Deno.writeTextFile(`${folder}/in.txt`, "in");
      const grant = {
        read: [`${folder}/in.txt`],
        write: [`${folder}/out.txt`],
        net: [`127.0.0.1:${server.addr.port}`],
      };
      await using test = await openTestRealm(kind, PROBES, { grant });
      await test.load();
      assertEquals(await test.value("read", `${folder}/in.txt`), "in");
      assertEquals(await test.value("nodeRead", `${folder}/in.txt`), "in");
      await test.value("write", `${folder}/out.txt`);
      assertEquals(await Deno.readTextFile(`${folder}/out.txt`), "x");
      assertEquals(await test.value("get", `http://127.0.0.1:${server.addr.port}/`), "hello");
      assertStringIncludes(await test.value("read", `${folder}/out.txt`) as string, "Requires read access");
      assertStringIncludes(await test.value("get", "http://127.0.0.1:45678/") as string, "Requires net access");
    } finally {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test(`openRealm() finds a granted program by its name: ${kind}`, async () => {
    await using test = await openTestRealm(kind, PROBES, { grant: { run: ["true"] } });
    await test.load();
    assertEquals(await test.value("spawn", "true"), 0);
    assertStringIncludes(await test.value("spawn", "false") as string, "Requires run access");
  });

  Deno.test(`openRealm() grants a Unix socket as unix:/path: ${kind}`, async () => {
    const folder = await Deno.realPath(await Deno.makeTempDir());
    const path = `${folder}/s`;
    const listener = Deno.listen({ transport: "unix", path });
    const served = listener.accept().then(async (stream) => {
      await stream.write(new TextEncoder().encode("hello"));
      stream.close();
    });
    try {
      await using test = await openTestRealm(kind, PROBES, { grant: { net: [`unix:${path}`] } });
      await test.load();
      assertEquals(await test.value("dial", path), "hello");
      await served;
      await using other = await openTestRealm(kind, PROBES);
      await other.load();
      assertStringIncludes(await other.value("dial", path) as string, "Requires");
    } finally {
      listener.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("explainPermission() reads the words of source runs and of the executable", () => {
  for (const rest of ["run again with the --allow-net flag", "specify the required permissions during compilation"]) {
    const message = `Requires net access to "127.0.0.1:9150", ${rest}`;
    assertEquals(explainPermission({ name: "NotCapable", message }), { kind: "net", value: "127.0.0.1:9150" });
  }
  assertEquals(explainPermission({ message: "Requires sys access, run again" }), { kind: "sys", value: null });
  assertEquals(explainPermission({ message: "Requires magic access" }), null);
  assertEquals(explainPermission({ message: "connection refused" }), null);
});
