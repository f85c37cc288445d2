// The shapes that cross between the core and the window: generated, with the window's names for two of them.

import type * as generated from "./bindings.ts";

export type {
  AccountId,
  AccountView,
  Amount,
  Change,
  BalanceView,
  ChargeView,
  Code,
  Connected,
  Error as Failure,
  DuesView,
  DueUnderWay,
  ExportFormat,
  ExportView,
  Figure,
  Health,
  Match,
  MethodKind,
  MethodsView,
  MethodView,
  Migration,
  MoneyRule,
  MonthView,
  NetworkView,
  NoticeKind,
  NoticeView,
  Overview,
  Page,
  PastView,
  Payer,
  PaymentKind,
  PaymentPage,
  PaymentQuery,
  PaymentStatus,
  PaymentView,
  Period,
  Quote,
  ReasonView,
  Saved,
  Service,
  Source,
  Theme,
  TopUpForm,
  TopUpView,
  Wish,
} from "./bindings.ts";

/** A preference may be left out on the way in; the core always answers with all of them. */
export type Settings = Required<generated.Settings>;
export type AppView = Omit<generated.AppView, "settings"> & { settings: Settings };
/** What the app puts into the page for the first frame. */
export type First = Omit<generated.First, "app"> & { app: AppView };
