/** e.g. `workspace-changed` for `workspaceChanged`, `stream-dead-letters` for `StreamDeadLetters`. */
export function kebabCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
