import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", "test/e2e/host/**", "test/.artifacts/**", "test/fixtures/**"] },
  ...tseslint.configs.strict,
  {
    files: ["**/*.ts"],
    languageOptions: {
      parserOptions: { project: ["./tsconfig.json", "./tsconfig.webview.json"], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "separate-type-imports" }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-extraneous-class": "off",
      "no-console": "error",
      eqeqeq: ["error", "always"],
      "max-lines": ["error", { max: 420, skipBlankLines: true, skipComments: true }],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Export by name." },
        { selector: "ExportAllDeclaration", message: "Import from the module that defines it." },
      ],
    },
  },
  {
    // Configuration files are the places whose form their tools dictate; benchmarks and the terminal print.
    files: ["**/*.config.ts", "test/bench/**", "server/cli.ts", "server/cli/**"],
    rules: { "no-restricted-syntax": "off", "no-console": "off" },
  },
  {
    files: ["**/*.mjs", "**/*.cjs"],
    ...tseslint.configs.disableTypeChecked,
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      "no-undef": "off",
      "@typescript-eslint/no-require-imports": "off",
    },
  },
);
