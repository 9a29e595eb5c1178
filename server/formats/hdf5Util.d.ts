/** The native part of h5wasm, which the package makes one instance of and exports no way to make another. */
declare module "*/h5wasm/dist/node/hdf5_util.js" {
  const instantiate: (options: { readonly noInitialRun: boolean }) => Promise<object>;
  // eslint-disable-next-line no-restricted-syntax -- the package's own
  export default instantiate;
}
