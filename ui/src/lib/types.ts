// The types of what the core and the window exchange. They are generated; the window only refines a few of them.

import type * as generated from "./bindings.ts";

export type {
  AccountId,
  AccountView,
  Amount,
  Change,
  BalanceView,
  ChargeView,
  Code,
  ConnectedAccount,
  DateRange,
  DesktopService,
  Error as Failure,
  DuePaymentsView,
  DuePaymentInProgress,
  ExportFormat,
  ExportView,
  Figure,
  Health,
  MatchedBy,
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
  BackfillView,
  Payer,
  PaymentColumn,
  PaymentFilters,
  PaymentKind,
  PaymentPage,
  PaymentQuery,
  PaymentStatus,
  PaymentView,
  Period,
  Place,
  Quote,
  FailureReasonView,
  SavedMethod,
  Service,
  Source,
  TextSize,
  Theme,
  TopUpForm,
  TopUpView,
  PaymentRequest,
  WindowState,
} from "./bindings.ts";

/** A setting may be missing when it is sent to the core. The core always answers with all settings. */
export type Settings = Required<generated.Settings>;
export type AppView = Omit<generated.AppView, "settings"> & { settings: Settings };
/** The data that the app puts into the page for the first frame. */
export type InitialData = Omit<generated.InitialData, "app"> & { app: AppView };
