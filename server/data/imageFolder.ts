import { relative } from "node:path";
import { plural } from "./columns";
import type { DataFormat } from "./dataset";
import { withFile } from "./file";
import { decodePicture } from "./images";
import { listPictures } from "./pictureFiles";
import { shortList } from "./relabel";
import { tooLarge } from "../files/faults";
import type { Tensor } from "../graph/tensor";

/** Files of pictures are read whole. */
const largestFile = 2 ** 28;

/**
 * A folder of pictures with a subfolder for each class; the classes are numbered in sorted order, as torchvision's
 * `ImageFolder` and Keras's `image_dataset_from_directory` do.
 */
export const imageFolderFormat: DataFormat = {
  label: "folders of PNG or JPEG files",
  match: (_, head) => head === undefined,
  async open(path) {
    const { classes, files, labels, others } = await listPictures(path);
    const read = (file: string): Promise<Tensor> =>
      withFile(file, async (source) => {
        if (source.size > largestFile) throw tooLarge(file, `has ${source.size} bytes`, "Make the picture smaller.");
        return decodePicture(await source.read(0, source.size), relative(path, file), path);
      });
    const first = await read(files[0]!);
    const skipped =
      others > 0
        ? [
            `${plural(others, "file")} in the folder of pictures ${others === 1 ? "is" : "are"} neither PNG nor JPEG and left out.`,
          ]
        : [];
    return {
      path,
      files: [path],
      x: { dtype: first.dtype, shape: [files.length, ...first.shape] },
      y: { dtype: "int32", shape: [files.length], data: labels },
      names: { x: "the pictures", y: "the folders' names" },
      asked: {},
      classes,
      pictures: true,
      notices: [`Classes are the subfolders in sorted order: ${shortList(classes)}.`, ...skipped],
      async *samples(indices) {
        for (const index of indices) yield await read(files[index]!);
      },
    };
  },
};
