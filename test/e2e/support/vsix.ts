import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { zipSync } from "fflate";

/** Packs a folder with an extension of plain JavaScript, as it is, into a VSIX. */
export function packExtension(folder: string, vsix: string): void {
  const { name, version, publisher } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Readonly<
    Record<"name" | "version" | "publisher", string>
  >;
  const manifest = `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata><Identity Language="en-US" Id="${name}" Version="${version}" Publisher="${publisher}" /></Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code" /></Installation>
  <Dependencies />
  <Assets><Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true" /></Assets>
</PackageManifest>
`;
  const types = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension=".json" ContentType="application/json" /><Default Extension=".cjs" ContentType="application/javascript" /><Default Extension=".vsixmanifest" ContentType="text/xml" /></Types>
`;
  const files = readdirSync(folder).map(
    (file) => [`extension/${file}`, readFileSync(path.join(folder, file))] as const,
  );
  writeFileSync(
    vsix,
    zipSync({
      "extension.vsixmanifest": Buffer.from(manifest),
      "[Content_Types].xml": Buffer.from(types),
      ...Object.fromEntries(files),
    }),
  );
}
