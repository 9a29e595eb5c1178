import { readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { tooLarge, unsupported } from "../files/faults";
import { mismatch } from "./problems";

/** The pictures of a folder, class by class. */
export interface PictureFiles {
  /** Names of the classes in sorted order; their pictures are in subfolders of these names. */
  readonly classes: readonly string[];
  /** Absolute paths, class by class, sorted within each. */
  readonly files: readonly string[];
  /** Class of each of them. */
  readonly labels: Int32Array;
  /** How many files are neither PNG nor JPEG, nor another kind of picture. */
  readonly others: number;
}

const picture = /\.(png|jpe?g)$/i;
const otherPicture = /\.(webp|bmp|gif|tiff?|ppm|pgm|avif|heic)$/i;
/** Names of subfolders that are splits of a data set rather than classes. */
const splitFolder = /^(train|training|test|testing|val|valid|validation|dev)$/i;
const mostFiles = 2_000_000;
const deepest = 8;

/**
 * Lists the pictures below the subfolders of a folder. Hidden files are passed over, links are followed to files within
 * the folder only.
 * @throws ProblemError `data-mismatch` when there are no classes, or splits instead; `file-unsupported` for links that
 *   lead out of the folder and for pictures of other kinds; `too-large`
 */
export async function listPictures(folder: string): Promise<PictureFiles> {
  const entries = await readdir(folder, { withFileTypes: true });
  const classes = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map(({ name }) => name);
  classes.sort();
  const advice = "Choose a folder with a subfolder of PNG or JPEG files for each class.";
  if (classes.length === 0) {
    throw mismatch(folder, "The folder has no classes", "has no subfolders, one for each class", advice);
  }
  if (classes.every((name) => splitFolder.test(name))) {
    const found = `has the subfolders ${classes.join(", ")}, which are splits and not classes`;
    throw mismatch(folder, "The folder has splits", found, `Choose one of them, e.g. ${join(folder, classes[0]!)}.`);
  }
  const root = await realpath(folder);
  const files: string[] = [];
  const labels: number[] = [];
  let others = 0;
  for (const [label, name] of classes.entries()) {
    const found = await walk(join(folder, name), { folder, root, depth: 0, room: mostFiles - files.length });
    others += found.others;
    for (const file of found.files.sort()) {
      files.push(file);
      labels.push(label);
    }
  }
  if (files.length === 0)
    throw mismatch(folder, "There are no pictures", "holds no PNG or JPEG files in its subfolders", advice);
  return { classes, files, labels: Int32Array.from(labels), others };
}

/**
 * What tells one state of a folder of pictures from another without reading all of them: names, sizes and times of the
 * last change.
 * @throws ProblemError as `listPictures`
 */
export async function* pictureStamps(folder: string): AsyncGenerator<string> {
  const { files } = await listPictures(folder);
  for (let first = 0; first < files.length; first += stampsAtOnce) {
    const part = files.slice(first, first + stampsAtOnce);
    const states = await Promise.all(part.map((file) => stat(file)));
    for (const [i, { size, mtimeMs }] of states.entries()) {
      yield `${relative(folder, part[i]!).split(sep).join("/")}\0${size}\0${mtimeMs}\n`;
    }
  }
}

const stampsAtOnce = 64;

interface Place {
  readonly folder: string;
  readonly root: string;
  readonly depth: number;
  readonly room: number;
}

async function walk(at: string, place: Place): Promise<{ readonly files: string[]; readonly others: number }> {
  const files: string[] = [];
  let others = 0;
  if (place.depth > deepest)
    throw tooLarge(place.folder, `nests more than ${deepest} folders`, "Put the pictures of a class into one folder.");
  for (const entry of await readdir(at, { withFileTypes: true })) {
    if (entry.name.startsWith(".")) continue;
    const file = join(at, entry.name);
    if (entry.isDirectory()) {
      const below = await walk(file, { ...place, depth: place.depth + 1, room: place.room - files.length });
      for (const found of below.files) files.push(found);
      others += below.others;
    } else if (picture.test(entry.name)) {
      if (entry.isSymbolicLink() && !(await leadsToFileWithin(file, place.root))) {
        const found = `holds ${relative(place.folder, file)}, a link that leads to no file within the folder`;
        throw unsupported(place.folder, found, "Copy the picture into the folder, or remove the link.");
      }
      files.push(file);
    } else if (otherPicture.test(entry.name)) {
      const found = `holds ${relative(place.folder, file)}; only PNG and JPEG files are read`;
      throw unsupported(place.folder, found, "Convert it to PNG, or remove it.");
    } else others += 1;
    if (files.length > place.room)
      throw tooLarge(place.folder, `holds more than ${mostFiles} pictures`, "Choose a part of them.");
  }
  return { files, others };
}

async function leadsToFileWithin(link: string, root: string): Promise<boolean> {
  try {
    const target = await realpath(link);
    return target.startsWith(root + sep) && (await stat(target)).isFile();
  } catch {
    return false;
  }
}
