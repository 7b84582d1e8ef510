//! H.264 in MP4, so that every browser plays it: 4:2:0, no frames that refer forward, the index before the pictures.

use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};
use std::num::NonZeroU32;

use image::RgbImage;
use openh264::OpenH264API;
use openh264::encoder::{
    ColorPrimaries, Complexity, Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, MatrixCoefficients,
    RateControlMode, TransferCharacteristics, VuiConfig,
};
use openh264::formats::{RgbSliceU8, YUVBuffer};
use shiguredo_mp4::TrackKind;
use shiguredo_mp4::bitstream::h264::{
    H264NalUnitType, H264SampleEntryConfig, LengthSize, build_avc1_box_from_annexb, parse_annexb_nal_units,
};
use shiguredo_mp4::boxes::SampleEntry;
use shiguredo_mp4::mux::{Mp4FileMuxer, Mp4FileMuxerOptions, Sample, estimate_maximum_moov_box_size};

use super::{Film, MAX_FRAMES_PER_SECOND};
use crate::aging::export::ExportError;

/// Names the box that holds XMP.
const XMP_UUID: [u8; 16] =
    [0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8, 0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC];

/// An MP4 being written.
pub struct Mp4 {
    file: BufWriter<File>,
    muxer: Mp4FileMuxer,
    encoder: Encoder,
    timescale: NonZeroU32,
    size_px: [usize; 2],
    /// Where the next frame goes.
    at: u64,
    has_frames: bool,
}

impl Mp4 {
    /// Begins a film. Both sides are even.
    pub fn new(file: File, film: &Film, [width, height]: [u32; 2]) -> Result<Self, ExportError> {
        let per_second = film.frames_per_second.clamp(1, MAX_FRAMES_PER_SECOND);
        let options = Mp4FileMuxerOptions {
            reserved_moov_box_size: estimate_maximum_moov_box_size(&[film.frames()]),
            ..Mp4FileMuxerOptions::default()
        };
        let muxer = Mp4FileMuxer::with_options(options).map_err(failed)?;
        let mut file = BufWriter::new(file);
        file.write_all(muxer.initial_boxes_bytes()).map_err(failed)?;
        let at = muxer.initial_boxes_bytes().len() as u64;
        let encoder = Encoder::with_api_config(OpenH264API::from_source(), config(per_second));
        Ok(Self {
            file,
            muxer,
            encoder: encoder.map_err(failed)?,
            timescale: NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN),
            size_px: [width as usize, height as usize],
            at,
            has_frames: false,
        })
    }
}

/// The same quality for every frame, whatever it takes: faces that change slowly take little. One thread, so that the
/// same film comes out the same; no frame may be left out.
fn config(per_second: u32) -> EncoderConfig {
    // The colours of photographs (sRGB); the mix to brightness and colour is the one the encoder's library makes.
    let colours = VuiConfig::new()
        .color_primaries(ColorPrimaries::Bt709)
        .transfer_characteristics(TransferCharacteristics::Srgb)
        .matrix_coefficients(MatrixCoefficients::Smpte170M)
        .full_range(false);
    EncoderConfig::new()
        .max_frame_rate(FrameRate::from_hz(per_second as f32))
        .rate_control_mode(RateControlMode::Off)
        .skip_frames(false)
        .complexity(Complexity::High)
        .intra_frame_period(IntraFramePeriod::from_num_frames(2 * per_second))
        .num_threads(1)
        .vui(colours)
}

impl super::Encoder for Mp4 {
    type Frame = YUVBuffer;

    fn prepare(&self, _before: Option<&RgbImage>, picture: &RgbImage) -> YUVBuffer {
        YUVBuffer::from_rgb8_source(RgbSliceU8::new(picture.as_raw(), (self.size_px[0], self.size_px[1])))
    }

    fn add(&mut self, frame: YUVBuffer) -> Result<(), ExportError> {
        let encoded = self.encoder.encode(&frame).map_err(failed)?;
        let keyframe = matches!(encoded.frame_type(), FrameType::IDR | FrameType::I);
        let stream = encoded.to_vec();
        let sample_entry = if self.has_frames {
            None
        } else {
            let config = H264SampleEntryConfig { length_size: LengthSize::FourBytes };
            Some(SampleEntry::Avc1(build_avc1_box_from_annexb(&stream, &config).map_err(failed)?))
        };
        let data = with_lengths(&stream)?;
        self.file.write_all(&data).map_err(failed)?;
        let sample = Sample {
            track_kind: TrackKind::Video,
            sample_entry,
            keyframe,
            timescale: self.timescale,
            duration: 1,
            composition_time_offset: None,
            data_offset: self.at,
            data_size: data.len(),
        };
        self.muxer.append_sample(&sample).map_err(failed)?;
        self.at += data.len() as u64;
        self.has_frames = true;
        Ok(())
    }

    fn finish(mut self, xmp: &str) -> Result<File, ExportError> {
        let length = u32::try_from(8 + XMP_UUID.len() + xmp.len()).map_err(failed)?;
        for part in [&length.to_be_bytes()[..], b"uuid", &XMP_UUID, xmp.as_bytes()] {
            self.file.write_all(part).map_err(failed)?;
        }
        let mut file = self.file.into_inner().map_err(|error| failed(error.error()))?;
        for (offset, bytes) in self.muxer.finalize().map_err(failed)?.offset_and_bytes_pairs() {
            file.seek(SeekFrom::Start(offset)).map_err(failed)?;
            file.write_all(bytes).map_err(failed)?;
        }
        Ok(file)
    }
}

/// The units of a frame, each behind its length; what the index holds once for all is left out.
fn with_lengths(stream: &[u8]) -> Result<Vec<u8>, ExportError> {
    let mut data = Vec::with_capacity(stream.len());
    for unit in parse_annexb_nal_units(stream).map_err(failed)? {
        if !matches!(unit.nal_unit_type, H264NalUnitType::Sps | H264NalUnitType::Pps) {
            data.extend(u32::try_from(unit.data.len()).map_err(failed)?.to_be_bytes());
            data.extend(unit.data);
        }
    }
    Ok(data)
}

fn failed(error: impl std::fmt::Display) -> ExportError {
    ExportError::Film(error.to_string())
}
