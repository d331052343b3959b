import { useCallback, useEffect, useState } from 'preact/hooks';

/** Reads colours of the style sheet, for what is drawn on a canvas; another function when the theme has changed. */
export function useColours(): (name: string) => string {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    const changed = () => setVersion((before) => before + 1);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', changed);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      dark.removeEventListener('change', changed);
      observer.disconnect();
    };
  }, []);
  return useCallback((name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim(), [version]);
}
