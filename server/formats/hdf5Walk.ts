import type * as h5wasm from "h5wasm/node";

type Library = typeof h5wasm;

/** Groups and arrays that are looked at, those reached in several ways each time; and how deep they may be nested. */
const mostEntries = 100_000;
const deepest = 64;

/**
 * Looks at everything in a file but the elements of its arrays: groups, attributes, shapes and types. Where this ends, no
 * later look at them can hang or crash.
 * @throws Error when there is more than any file of weights has; what the library throws.
 */
export function walkAll(library: Library, root: h5wasm.Group): void {
  let count = 0;
  const visit = (group: h5wasm.Group, depth: number): void => {
    if (depth > deepest) throw new Error("its groups are nested without end");
    readAttributes(group);
    for (const name of group.keys()) {
      count += 1;
      if (count > mostEntries) throw new Error(`it has more than ${mostEntries} groups and arrays`);
      const entity = group.get(name);
      if (entity instanceof library.Group) visit(entity, depth + 1);
      else if (entity instanceof library.Dataset) {
        readAttributes(entity);
        void entity.metadata;
        void entity.filters;
      }
    }
  };
  visit(root, 0);
}

function readAttributes({ attrs }: h5wasm.Group | h5wasm.Dataset): void {
  for (const attribute of Object.values(attrs)) void attribute.value;
}
