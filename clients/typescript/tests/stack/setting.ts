/** What tests/e2e/test_typescript_client.py hands over. */
export function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these tests are run by tests/e2e/test_typescript_client.py`);
  return value;
}
