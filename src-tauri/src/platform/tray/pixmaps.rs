//! The tray's embedded pictures: each icon state in the sizes that panels use. A tile of its own colour keeps each
//! picture legible on dark and light panels.

use super::menu::IconState;
use tauri::image::Image;
use tauri::include_image;

static NORMAL: [Image<'_>; 3] = [
    include_image!("../icons/tray/normal-22.png"),
    include_image!("../icons/tray/normal-32.png"),
    include_image!("../icons/tray/normal-64.png"),
];
static PENDING: [Image<'_>; 3] = [
    include_image!("../icons/tray/pending-22.png"),
    include_image!("../icons/tray/pending-32.png"),
    include_image!("../icons/tray/pending-64.png"),
];
static ATTENTION: [Image<'_>; 3] = [
    include_image!("../icons/tray/attention-22.png"),
    include_image!("../icons/tray/attention-32.png"),
    include_image!("../icons/tray/attention-64.png"),
];

pub(super) fn pixmaps(icon_state: IconState) -> Vec<ksni::Icon> {
    match icon_state {
        IconState::Normal => &NORMAL,
        IconState::Pending => &PENDING,
        IconState::Attention => &ATTENTION,
    }
    .iter()
    .filter_map(pixmap)
    .collect()
}

/// The specification requires ARGB in network byte order; the embedded pictures are RGBA.
fn pixmap(image: &Image<'_>) -> Option<ksni::Icon> {
    let mut data = image.rgba().to_vec();
    for pixel in data.chunks_exact_mut(4) {
        pixel.rotate_right(1);
    }
    Some(ksni::Icon {
        width: i32::try_from(image.width()).ok()?,
        height: i32::try_from(image.height()).ok()?,
        data,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_three_sizes() {
        let all: Vec<_> = [IconState::Normal, IconState::Pending, IconState::Attention]
            .into_iter()
            .map(pixmaps)
            .collect();
        for icons in &all {
            let sizes: Vec<_> = icons.iter().map(|icon| (icon.width, icon.height)).collect();
            assert_eq!(sizes, [(22, 22), (32, 32), (64, 64)]);
            assert!(
                icons
                    .iter()
                    .all(|icon| icon.data.len() == (icon.width * icon.height * 4) as usize)
            );
        }
        let first_pixmaps: Vec<_> = all.iter().map(|icons| &icons[0].data).collect();
        assert!(
            first_pixmaps[0] != first_pixmaps[1]
                && first_pixmaps[1] != first_pixmaps[2]
                && first_pixmaps[0] != first_pixmaps[2]
        );
    }
}
