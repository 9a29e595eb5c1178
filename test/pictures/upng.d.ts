declare module "upng-js" {
  /** Frames as RGBA; `colours` 0 for lossless; delays in milliseconds. */
  function encode(
    frames: readonly ArrayBuffer[],
    width: number,
    height: number,
    colours: number,
    delays?: readonly number[],
  ): ArrayBuffer;
  const upng: { readonly encode: typeof encode };
  export default upng;
}
