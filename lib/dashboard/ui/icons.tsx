const PATHS: Readonly<Record<string, string>> = {
  overview: 'M4 4h6v8H4zM14 4h6v4h-6zM14 12h6v8h-6zM4 16h6v4H4z',
  sagas: 'M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01',
  parked: 'M4 13l2.5-8h11L20 13v6H4zM4 13h5l1.5 3h3L15 13h5',
  plans:
    'M6 4v11M6 15a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM17.5 4a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM17.5 9c0 5-5 5-11.5 6',
  instances: 'M4 5h16v6H4zM4 14h16v6H4zM7.5 8h.01M7.5 17h.01',
  audit: 'M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5',
  moon: 'M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5z',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M19 5l-1.4 1.4M6.4 17.6L5 19',
  person: 'M12 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM5 20c0-4 3-6 7-6s7 2 7 6',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5',
  undo: 'M8 5L4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-4',
  play: 'M7 5l11 7-11 7z',
  retry: 'M20 5v5h-5M4 19v-5h5M5.5 9A7 7 0 0 1 19 9.5M18.5 15A7 7 0 0 1 5 14.5',
  hand: 'M8 12V6a1.5 1.5 0 0 1 3 0v5M11 10V4.500a1.500 1.500 0 0 1 3 0V11M14 11V6.500a1.500 1.500 0 0 1 3 0V14a6 6 0 0 1-6 6c-3 0-4.500-1.500-6.500-6-.8-1.800 1.200-2.600 2.200-1.200L8 14',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  cross: 'M6 6l12 12M18 6L6 18',
  stop: 'M6.500 6.500h11v11h-11z',
  bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  warn: 'M12 4l9 16H3zM12 10v4.500M12 17.500h.01',
  probe:
    'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM9.800 9.500a2.300 2.300 0 1 1 3 2.200c-.6.300-.8.700-.8 1.500M12 16.200h.01',
  pivot: 'M6 21V4h11l-2.500 4L17 12H6',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  out: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  back: 'M15 5l-7 7 7 7',
  logo: 'M7 8h7a3.500 3.500 0 0 1 0 7H8M10.500 12.500L8 15l2.500 2.500',
};

export function Icon({ name, size = 18 }: { readonly name: string; readonly size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name] ?? ''} />
    </svg>
  );
}
