declare module "virtual:texts/*" {
  const patterns: import("./texts.ts").Patterns;
  export default patterns;
}
