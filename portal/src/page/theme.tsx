// Light or dark: as the system says, unless the reader chose.

import { computed, effect, signal } from "@preact/signals";

const STORED_AS = "webhooks-rail.theme";
const THEMES = ["system", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const preference = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(preference.matches);
preference.addEventListener("change", () => (systemIsDark.value = preference.matches));

const chosen = signal<Theme>(THEMES.find((theme) => theme === localStorage.getItem(STORED_AS)) ?? "system");
const isDark = computed(() => (chosen.value === "system" ? systemIsDark.value : chosen.value === "dark"));

/** What is in force, for what has no style sheet: charts. */
export const theme = computed(() => (isDark.value ? "dark" : "light"));

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});

export function ThemeSwitch() {
  return (
    <label class="theme">
      <span>Theme</span>
      <select
        value={chosen.value}
        onChange={({ currentTarget }) => {
          chosen.value = THEMES.find((theme) => theme === currentTarget.value) ?? "system";
          localStorage.setItem(STORED_AS, chosen.value);
        }}
      >
        <option value="system">System</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}
