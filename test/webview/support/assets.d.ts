declare module "*.css?url" {
  const url: string;
  export = url;
}
