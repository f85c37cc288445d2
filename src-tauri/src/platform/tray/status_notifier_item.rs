//! The icon as a StatusNotifierItem, which the tray's host reads over the bus.

use crate::platform::activation::Activation;
use crate::platform::sanitize::escape_access_keys;
use crate::platform::tray::menu::{
    Action, ActionHandler, IconState, MenuEntry, account_lines, icon_state, menu,
};
use crate::platform::tray::pixmaps::pixmaps;
use bursar_core::APP_ID;
use bursar_core::view::TrayView;
use bursar_l10n::{Texts, text};
use ksni::menu::{CheckmarkItem, StandardItem};
use std::sync::Arc;

pub(super) struct Icon {
    pub(super) view: TrayView,
    pub(super) texts: Arc<Texts>,
    pub(super) on_action: ActionHandler,
}

impl Icon {
    /// Reports the click.
    fn clicked(&self, action: Action) {
        let token = ksni::current_xdg_activation_token();
        (self.on_action)(action, token.map(Activation::token).unwrap_or_default());
    }
}

impl ksni::Tray for Icon {
    fn id(&self) -> String {
        APP_ID.to_owned()
    }

    fn title(&self) -> String {
        "Bursar".to_owned()
    }

    fn status(&self) -> ksni::Status {
        match icon_state(&self.view) {
            IconState::Normal | IconState::Pending => ksni::Status::Active,
            IconState::Attention => ksni::Status::NeedsAttention,
        }
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        pixmaps(icon_state(&self.view))
    }

    fn attention_icon_pixmap(&self) -> Vec<ksni::Icon> {
        pixmaps(IconState::Attention)
    }

    fn tool_tip(&self) -> ksni::ToolTip {
        let lines = account_lines(&self.view, &self.texts);
        ksni::ToolTip {
            title: "Bursar".to_owned(),
            description: if lines.is_empty() {
                text!(self.texts, tray_no_account)
            } else {
                lines.join("\n")
            },
            ..ksni::ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.clicked(Action::Open);
    }

    fn menu(&self) -> Vec<ksni::MenuItem<Self>> {
        menu(&self.view, &self.texts)
            .into_iter()
            .map(to_menu_item)
            .collect()
    }
}

fn to_menu_item(entry: MenuEntry) -> ksni::MenuItem<Icon> {
    match entry {
        MenuEntry::Text(text) => StandardItem {
            label: escape_access_keys(&text),
            enabled: false,
            ..StandardItem::default()
        }
        .into(),
        MenuEntry::Separator => ksni::MenuItem::Separator,
        MenuEntry::Button {
            label,
            action,
            enabled,
        } => StandardItem {
            label: escape_access_keys(&label),
            enabled,
            activate: Box::new(move |icon: &mut Icon| icon.clicked(action.clone())),
            ..StandardItem::default()
        }
        .into(),
        MenuEntry::Checkbox { label, action, on } => CheckmarkItem {
            label: escape_access_keys(&label),
            checked: on,
            activate: Box::new(move |icon: &mut Icon| icon.clicked(action.clone())),
            ..CheckmarkItem::default()
        }
        .into(),
    }
}
