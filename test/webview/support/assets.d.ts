declare module "*.css?url" {
  const url: string;
  export = url;
}

declare module "*.json?raw" {
  const text: string;
  export = text;
}
