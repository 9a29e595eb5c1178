import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import nodeModule from "node:module";
import path from "node:path";

/**
 * A file that a package brings and that is no program: beside the bundle under `name`, or in the package when the sources
 * run unbundled.
 * @param inPackage e.g. `@resvg/resvg-wasm/index_bg.wasm`.
 */
export async function readResource(name: string, inPackage: string): Promise<Buffer> {
  const beside = path.join(__dirname, name);
  if (existsSync(beside)) return readFile(beside);
  return readFile(nodeModule.createRequire(__filename).resolve(inPackage));
}
