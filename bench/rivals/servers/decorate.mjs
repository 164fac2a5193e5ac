/** What decorator syntax would do: applies them to a class and to its methods by name. */
export function decorate(type, decorators, methods = {}) {
  for (const decorator of decorators) decorator(type);
  for (const [name, all] of Object.entries(methods)) {
    const descriptor = Object.getOwnPropertyDescriptor(type.prototype, name);
    for (const decorator of all) decorator(type.prototype, name, descriptor);
  }
}
