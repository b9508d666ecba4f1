/** Files outside of the grant. @module */

import type { EscapeProbe } from "../probe.ts";

const BOTH = ["process", "worker"] as const;

const MODULES =
  `import * as fs from "node:fs"; import * as fsp from "node:fs/promises"; import * as sqlite from "node:sqlite";`;

export const FILE_PROBES: readonly EscapeProbe[] = [
  {
    name: "node:fs and Deno outside of the grant",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    grant: ({ inside }) => ({ read: [inside], write: [inside] }),
    forbidden: ({ text, folder }) => [{ kind: "read", item: text }, { kind: "write", item: folder }],
    source: () =>
      String.raw`const { text, folder, inside } = scene;
const paths = [text, inside + "/../secret.txt", inside + "/./../inside/../secret.txt", "file://" + text, inside + "//..//secret.txt", inside + "/up/../../secret.txt"];
for (const path of paths) {
  await way("Deno.readTextFile " + path, () => Deno.readTextFile(path.startsWith("file:") ? new URL(path) : path));
  await way("Deno.readFileSync " + path, () => Deno.readFileSync(path));
  await way("Deno.open " + path, () => Deno.open(path));
  await way("Deno.stat " + path, () => Deno.stat(path));
  await way("readFileSync " + path, () => fs.readFileSync(path.startsWith("file:") ? new URL(path) : path));
  await way("readFile " + path, () => fsp.readFile(path));
  await way("existsSync " + path, () => fs.existsSync(path));
  await way("accessSync " + path, () => fs.accessSync(path) ?? true);
  await way("realpathSync " + path, () => fs.realpathSync(path));
  await way("realpathSync.native " + path, () => fs.realpathSync.native(path));
  await way("lstat " + path, () => fsp.lstat(path));
  await way("open " + path, () => fsp.open(path));
  await way("createReadStream " + path, () => new Promise((resolve, reject) => fs.createReadStream(path).on("error", reject).on("data", resolve)));
  await way("openAsBlob " + path, async () => (await fs.openAsBlob(path)).text());
  await way("copyFile " + path, () => fs.copyFileSync(path, inside + "/copy") ?? true);
  await way("cp " + path, () => fs.cpSync(path, inside + "/copy2") ?? true);
  await way("link " + path, () => fs.linkSync(path, inside + "/hard") ?? true);
  await way("rename " + path, () => fs.renameSync(path, inside + "/moved") ?? true);
  await way("watch " + path, () => new Promise((resolve, reject) => { const watcher = fs.watch(path); watcher.on("error", reject).on("change", resolve); setTimeout(() => { watcher.close(); resolve(true) }, 500) }));
  await way("writeFileSync " + path, () => fs.writeFileSync(path, "x") ?? true);
}
await way("readDir", () => [...Deno.readDirSync(folder)]);
await way("readdir", () => fs.readdirSync(folder));
await way("glob", () => { const found = [...fs.globSync(folder + "/*.txt")]; return found.length > 0 });
await way("opendir", () => fs.opendirSync(folder));
await way("mkdir", () => Deno.mkdirSync(folder + "/made") ?? true);
await way("mkdtemp", () => fs.mkdtempSync(folder + "/made"));
await way("makeTempFile", () => Deno.makeTempFileSync({ dir: folder }));
await way("remove", () => Deno.removeSync(text) ?? true);
await way("chmod", () => Deno.chmodSync(folder, 0o777) ?? true);
await way("chmodSync", () => fs.chmodSync(text, 0o777) ?? true);
await way("lchown", () => fs.lchownSync(text, 0, 0) ?? true);
await way("lutimes", () => fs.lutimesSync(text, 0, 0) ?? true);
await way("rm", () => fs.rmSync(text) ?? true);
await way("rmdir", () => fs.rmdirSync(folder) ?? true);
await way("unlink", () => fsp.unlink(text).then(() => true));
await way("watchFile", () => new Promise((resolve) => { fs.watchFile(text, { interval: 5 }, (now) => { fs.unwatchFile(text); resolve(now.size > 0) }); setTimeout(() => resolve(false), 200) }));
await way("utimes", () => fs.utimesSync(text, 0, 0) ?? true);
await way("truncate", () => fs.truncateSync(text, 0) ?? true);
await way("statfs", () => fs.statfsSync(folder));
await way("umask", () => Deno.umask(0));
await way("chdir", () => Deno.chdir(folder) ?? true);
await way("the folder of the modules", () => Deno.writeTextFileSync(new URL(ownFolder + "guard.js"), ""));
await way("watchFs", () => Deno.watchFs(folder));`,
  },
  {
    name: "links made out of a granted folder",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    grant: ({ inside }) => ({ read: [inside], write: [inside] }),
    forbidden: ({ text, folder }) => [{ kind: "read", item: text }, { kind: "write", item: folder }],
    source: () =>
      String.raw`const { text, folder, inside } = scene;
let n = 0;
const made = (make) => async () => { const at = inside + "/link" + n++; await make(at); return has(Deno.readTextFileSync(at)) };
for (const target of [text, "../secret.txt"]) {
  await way("Deno.symlink " + target, made((at) => Deno.symlinkSync(target, at)));
  await way("symlink " + target, made((at) => fs.symlinkSync(target, at)));
  await way("symlink of fs/promises " + target, made((at) => fsp.symlink(target, at)));
}
await way("symlink of a folder", async () => { fs.symlinkSync(folder, inside + "/folder", "dir"); return has(fs.readFileSync(inside + "/folder/secret.txt")) });
await way("link", made((at) => Deno.linkSync(text, at)));
await way("link of fs/promises", made((at) => fsp.link(text, at)));`,
  },
  {
    name: "SQLite: ATTACH, VACUUM INTO, extensions, files outside of the grant",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    grant: ({ inside }) => ({ read: [inside], write: [inside] }),
    forbidden: ({ folder }) => [{ kind: "read", item: folder }, { kind: "write", item: folder }],
    source: () =>
      String.raw`const { folder, inside } = scene, { DatabaseSync } = sqlite;
const db = new DatabaseSync(inside + "/own.db"); db.exec("CREATE TABLE own (x)");
const run = (text) => () => db.exec(text) ?? true;
for (const target of [folder + "/other.db", "file:" + folder + "/other.db", inside + "/../other.db", ":memory:", ""]) {
  await way("ATTACH " + target, run("ATTACH '" + target + "' AS other"));
  await way("prepared ATTACH " + target, () => db.prepare("ATTACH ? AS other").run(target));
  await way("VACUUM INTO " + target, run("VACUUM INTO '" + target + "'"));
}
for (const target of [folder + "/new.db", "file:" + folder + "/new.db?mode=rwc", inside + "/../new.db", new URL("file://" + folder + "/new.db")]) {
  await way("DatabaseSync " + target, () => { new DatabaseSync(target).exec("CREATE TABLE x (y)"); return true });
  await way("read only " + target, () => { new DatabaseSync(target, { readOnly: true }).exec("SELECT 1"); return true });
  await way("backup " + target, () => sqlite.backup(db, target));
}
await way("loadExtension", () => new DatabaseSync(inside + "/own.db", { allowExtension: true }).loadExtension(folder + "/x.so") ?? true);
await way("load_extension", () => { db.enableLoadExtension(true); return true });
await way("load_extension in SQL", () => db.prepare("SELECT load_extension(?)").all(folder + "/x.so"));
await way("readfile", () => db.prepare("SELECT readfile(?)").all(scene.text));
await way("writefile", () => db.prepare("SELECT writefile(?, 'x')").all(folder + "/written"));
await way("fts3_tokenizer", () => db.prepare("SELECT fts3_tokenizer('simple', x'41414141')").all());
await way("writable_schema", () => { db.exec("PRAGMA writable_schema = ON"); db.exec("UPDATE sqlite_master SET sql = 'x'"); db.exec("PRAGMA writable_schema = RESET"); return false });`,
  },
];
