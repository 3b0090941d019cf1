import { ArrowDownToLine, ChartColumn, CircleCheck, type LucideIcon, Rows3, SlidersHorizontal } from "lucide-react";

/** A screen of the dashboard. */
export interface NavItem {
  path: string;
  label: string;
  icon: LucideIcon;
  /** The keys that go there, one after the other. */
  keys: string;
  /** It is not in the bar of a phone, which has four places. The settings lead there. */
  wide?: boolean;
}

/** The screens, in the order of the side bar. */
export const navItems: readonly NavItem[] = [
  { path: "/deliveries", label: "Deliveries", icon: Rows3, keys: "g d" },
  { path: "/statuses", label: "Statuses", icon: CircleCheck, keys: "g t" },
  { path: "/endpoints", label: "Endpoints", icon: ArrowDownToLine, keys: "g e" },
  { path: "/operations", label: "Operations", icon: ChartColumn, keys: "g o", wide: true },
  { path: "/settings", label: "Settings", icon: SlidersHorizontal, keys: "g s" },
];
