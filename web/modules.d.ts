/** Modules that come without types, as far as the build uses them. */
declare module 'pbf/compile' {
  export function compileRaw(schema: object): string;
}
declare module 'resolve-protobuf-schema' {
  const schema: { sync(file: string): object };
  export default schema;
}
